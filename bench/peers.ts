import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An account as every fetcher gets it. */
export interface BenchAccount {
  readonly user: string;
  readonly password: string;
  readonly maildir: string;
}

/** One fetcher's own home in one scenario, and what it has to talk to. */
export interface Station {
  readonly home: string;
  readonly port: number;
  readonly tls: boolean;
  readonly caFile: string;
  readonly accounts: readonly BenchAccount[];
  /** The delivery agent for fetchers without one. */
  readonly deliver: string;
  /** popfetch's entry. */
  readonly popfetch: string;
}

export interface Peer {
  readonly name: string;
  /** What prints its version; undefined where nothing can. */
  readonly version: readonly string[];
  /** Writes the configuration and returns the command. */
  readonly prepare: (station: Station) => readonly string[];
  /** Exit statuses of a good run. */
  readonly good: readonly number[];
  /** Only for several accounts. */
  readonly several?: true;
}

const popfetch: Peer = {
  name: 'popfetch',
  version: [],
  good: [0],
  prepare: ({ home, port, tls, caFile, accounts, popfetch: entry }) => {
    const account = ({ user, password, maildir }: BenchAccount) => ({
      host: '127.0.0.1',
      port,
      tls: tls ? 'on' : 'off',
      ...(tls && { tlsCa: caFile }),
      user,
      password,
      deliver: `${maildir}/`,
      keep: true,
    });
    const config = {
      jobs: 50,
      perHost: 50,
      accounts: Object.fromEntries(accounts.map((one) => [one.user, account(one)])),
    };
    const file = configFile(home, 'popfetch.yaml', JSON.stringify(config));
    return [process.execPath, entry, '--once', '-c', file, '--state-dir', join(home, 'state')];
  },
};

const mpop: Peer = {
  name: 'mpop',
  version: ['mpop', '--version'],
  good: [0],
  prepare: (station) => ['mpop', '-q', '-C', mpopConfig(station), '-a'],
};

const mpopSideBySide: Peer = {
  ...mpop,
  name: 'mpop side by side',
  several: true,
  prepare: (station) => {
    const config = mpopConfig(station);
    const each = station.accounts.map(({ user }) => `mpop -q -C '${config}' ${user} &`);
    return ['sh', '-c', `${each.join(' ')} wait`];
  },
};

function mpopConfig({ home, port, tls, caFile, accounts }: Station): string {
  const lines = accounts.flatMap(({ user, password, maildir }) => [
    `account ${user}`,
    'host 127.0.0.1',
    `port ${port}`,
    ...(tls ? ['tls on', 'tls_starttls off', `tls_trust_file ${caFile}`] : ['tls off']),
    'auth user',
    `user ${user}`,
    `password ${password}`,
    'keep on',
    `delivery maildir ${maildir}`,
    `uidls_file ${join(home, `uidls-${user}`)}`,
  ]);
  return configFile(home, 'mpoprc', `${lines.join('\n')}\n`);
}

const fdm: Peer = {
  name: 'fdm',
  version: ['dpkg-query', '-W', 'fdm'],
  good: [0],
  prepare: ({ home, port, tls, accounts }) => {
    const lines = accounts.flatMap(({ user, password, maildir }) => [
      `account "${user}" ${tls ? 'pop3s' : 'pop3'} server "127.0.0.1" port ${port} user "${user}" pass "${password}" new-only cache "${join(home, `cache-${user}`)}" ${tls ? 'no-verify' : ''} keep`,
      `action "${user}" maildir "${maildir}"`,
      `match account "${user}" action "${user}"`,
    ]);
    const text = `set lock-file "${join(home, 'lock')}"\n${lines.join('\n')}\n`;
    return ['fdm', '-q', '-f', configFile(home, 'fdm.conf', text), 'fetch'];
  },
};

const getmail: Peer = {
  name: 'getmail6',
  version: ['getmail', '--version'],
  good: [0],
  prepare: ({ home, port, tls, caFile, accounts }) => {
    const files = accounts.map(({ user, password, maildir }) =>
      configFile(
        home,
        `getmail-${user}`,
        `[retriever]
type = ${tls ? 'SimplePOP3SSLRetriever' : 'SimplePOP3Retriever'}
server = 127.0.0.1
port = ${port}
username = ${user}
password = ${password}
${tls ? `ca_certs = ${caFile}` : ''}
[destination]
type = Maildir
path = ${maildir}/
[options]
read_all = false
delete = false
verbose = 0
`,
      ),
    );
    return ['getmail', '--getmaildir', home, ...files.flatMap((file) => ['--rcfile', file])];
  },
};

const fetchmail: Peer = {
  name: 'fetchmail',
  version: ['fetchmail', '--version'],
  good: [0, 1], // 1: nothing new
  prepare: ({ home, port, tls, caFile, accounts, deliver }) => {
    const security = tls ? `ssl sslcertck sslcertfile "${caFile}"` : "sslproto ''";
    const lines = accounts.map(
      ({ user, password, maildir }) =>
        `poll "${user}" via 127.0.0.1 service ${port} protocol POP3 uidl no dns auth password ` +
        `user "${user}" password "${password}" ${security} keep norewrite mda "${deliver} ${maildir}"`,
    );
    const file = configFile(home, 'fetchmailrc', `${lines.join('\n')}\n`);
    const state = ['-i', join(home, 'ids'), '--pidfile', join(home, 'pid')];
    return ['fetchmail', '-s', '--nosyslog', '-f', file, ...state];
  },
};

export const peers: readonly Peer[] = [popfetch, mpop, mpopSideBySide, fdm, getmail, fetchmail];

/** First line of what it says of its version; undefined where it is not installed. */
export function versionOf(peer: Peer, popfetchVersion: string): string | undefined {
  const [program, ...args] = peer.version;
  if (program === undefined) return popfetchVersion;
  const { stdout, error } = spawnSync(program, args, { encoding: 'utf8' });
  return error === undefined && stdout !== '' ? stdout.split('\n')[0] : undefined;
}

function configFile(home: string, name: string, text: string): string {
  mkdirSync(home, { recursive: true });
  const file = join(home, name);
  writeFileSync(file, text);
  chmodSync(file, 0o600);
  return file;
}
