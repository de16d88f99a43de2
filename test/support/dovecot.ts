import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Certificates, makeCertificates } from './dovecot-certificates.ts';
import { type EndedSession, sessionsOf } from './dovecot-log.ts';
import { type SeedMessage, seedMaildir } from './dovecot-maildir.ts';
import { freePorts } from './dovecot-ports.ts';
import { readMaildrop } from './dovecot-reader.ts';
import {
  dovecotSettings,
  type InstanceSettings,
  oauth2Settings,
  type ServerAccount,
} from './dovecot-settings.ts';

export interface DovecotOptions {
  /** Login name → password. Names become folder names; passwords must do without colons. */
  readonly users: Readonly<Record<string, string>>;
  /** SASL mechanisms as Dovecot spells them; USER/PASS works always. */
  readonly mechanisms?: readonly string[];
  /** Take mail by LMTP too; ask `dovecotMissing('lmtp')` first. */
  readonly lmtp?: boolean;
  /** Take access tokens too; here it asks whether one is good, by a URL with login and password. */
  readonly introspectionUrl?: string;
}

/**
 * A real Dovecot of its own, on free ports of 127.0.0.1, everything it writes in one temporary folder. Disposing ends
 * it and removes the folder.
 */
export interface Dovecot extends AsyncDisposable {
  /** Without encryption; offers STLS. */
  readonly pop3Port: number;
  /** Implicit TLS. */
  readonly pop3sPort: number;
  readonly certificates: Certificates;
  /** Socket in the file system, where `lmtp` was asked for. */
  readonly lmtpSocket: string;
  /** The user's Maildir. */
  maildirOf(user: string): string;
  /** Puts messages straight into a user's maildrop, in this order. */
  seed(user: string, messages: Iterable<SeedMessage>): void;
  /** What this server sends for each message, read by a client that shares no code with popfetch. */
  read(user: string): Promise<readonly Buffer[]>;
  log(): string;
  /** The user's sessions so far, once at least this many have ended: the log lags behind the answer to QUIT. */
  sessions(user: string, atLeast: number): Promise<readonly EndedSession[]>;
}

/** Starts in well under a second. Beware: check `dovecotMissing` first. */
export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'popfetch-dovecot-'));
  try {
    const account = serverAccount();
    mkdirSync(join(folder, 'run'));
    mkdirSync(join(folder, 'mail'));
    for (const path of [folder, join(folder, 'run'), join(folder, 'mail')]) {
      chownSync(path, account.uid, account.gid);
    }
    const certificates = makeCertificates(folder);
    chmodSync(certificates.keyFile, 0o644); // throw-away key, in a folder that only the server's user enters
    const passwd = Object.entries(options.users).map(([u, p]) => `${u}:{PLAIN}${p}::::::\n`);
    writeFileSync(join(folder, 'passwd'), passwd.join(''));
    const { mechanisms = ['plain'], introspectionUrl } = options;
    if (introspectionUrl !== undefined)
      writeFileSync(join(folder, 'oauth2.conf'), oauth2Settings(introspectionUrl));
    const running = await startOnFreePorts({
      folder,
      account,
      mechanisms,
      lmtp: options.lmtp ?? false,
      introspectionUrl,
    });
    return dovecotIn(folder, account, certificates, running, options);
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** Why no Dovecot can be started here, as the reason of a skipped test; undefined when one can. */
export function dovecotMissing(also?: 'lmtp'): string | undefined {
  const packages = also === undefined ? 'dovecot-pop3d' : 'dovecot-pop3d dovecot-lmtpd';
  const install = `on Debian: apt-get install ${packages} openssl`;
  if (process.platform !== 'linux') return 'the tests against Dovecot need Linux';
  const version = spawnSync('dovecot', ['--version'], { encoding: 'utf8', env: serverEnv() });
  if (version.error !== undefined) return `Dovecot is not installed; ${install}`;
  if (!version.stdout.startsWith('2.3.')) {
    return `the tests write settings of Dovecot 2.3, installed is ${version.stdout.trim()}`;
  }
  const programs = spawnSync('doveconf', ['-h', '-d', 'libexec_dir'], {
    encoding: 'utf8',
    env: serverEnv(),
  });
  for (const program of ['pop3', ...(also === undefined ? [] : [also])])
    if (!existsSync(join(programs.stdout.trim(), program)))
      return `Dovecot lacks ${program}; ${install}`;
  const openssl = spawnSync('openssl', ['version']);
  return openssl.error === undefined ? undefined : `openssl is not installed; ${install}`;
}

interface RunningServer {
  readonly child: ChildProcess;
  readonly pop3Port: number;
  readonly pop3sPort: number;
}

function dovecotIn(
  folder: string,
  account: ServerAccount,
  certificates: Certificates,
  running: RunningServer,
  options: DovecotOptions,
): Dovecot {
  const log = (): string => readFileSync(join(folder, 'log'), 'utf8');
  return {
    pop3Port: running.pop3Port,
    pop3sPort: running.pop3sPort,
    certificates,
    lmtpSocket: join(folder, 'lmtp'),
    maildirOf: (user) => join(folder, 'mail', user, 'Maildir'),
    seed: (user, messages) => {
      seedMaildir(join(folder, 'mail', user), messages, account);
    },
    read: (user) =>
      readMaildrop({ port: running.pop3Port, user, password: options.users[user] ?? '' }),
    log,
    sessions: async (user, atLeast) => {
      for (let waited = 0; waited < 5000; waited += 5) {
        const sessions = sessionsOf(user, log());
        if (sessions.length >= atLeast) return sessions;
        await delay(5);
      }
      throw new Error(`fewer than ${atLeast} sessions of ${user} ended:\n${log()}`);
    },
    [Symbol.asyncDispose]: async () => {
      await stop(running.child);
      // Its children may be closing their files yet.
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    },
  };
}

async function startOnFreePorts(
  instance: Omit<InstanceSettings, 'pop3Port' | 'pop3sPort'>,
): Promise<RunningServer> {
  const { folder, account } = instance;
  for (let attempt = 1; ; attempt += 1) {
    const [pop3Port = 0, pop3sPort = 0] = await freePorts(2);
    const configFile = join(folder, 'dovecot.conf');
    writeFileSync(configFile, dovecotSettings({ ...instance, pop3Port, pop3sPort }));
    const child = spawn('dovecot', ['-F', '-c', configFile], {
      cwd: folder,
      env: serverEnv(),
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(process.getuid?.() === 0 ? { uid: account.uid, gid: account.gid } : {}),
    });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += String(chunk);
    });
    if (await listens(child, pop3sPort)) return { child, pop3Port, pop3sPort };
    // Somebody may have taken a port since it was seen free.
    if (attempt === 3) throw new Error(`Dovecot does not start: ${complaint}`);
  }
}

/** Resolves to false when the server ended instead. */
async function listens(child: ChildProcess, port: number): Promise<boolean> {
  for (let waited = 0; waited < 5000; waited += 5) {
    if (child.exitCode !== null) return false;
    const socket = connect({ host: '127.0.0.1', port });
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return true;
    await delay(5);
  }
  await stop(child);
  return false;
}

/** Asked to end, it takes a second over it; killed, its children notice at once and end by themselves. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Whose rights the server has: our own, or nobody's where we are root. */
export function serverAccount(): ServerAccount {
  const name = process.getuid?.() === 0 ? 'nobody' : userInfo().username;
  const id = (flag: string): string =>
    spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim();
  return { name, group: id('-gn'), uid: Number(id('-u')), gid: Number(id('-g')) };
}

/** Debian keeps daemons where an ordinary user's PATH does not look. */
function serverEnv(): NodeJS.ProcessEnv {
  return { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin` };
}
