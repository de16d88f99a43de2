import { Secret } from '../../util/secret.ts';
import { accountName } from '../account-name.ts';
import { type NetrcEntry, netrcPassword } from '../netrc.ts';
import type { ImportedAccount, ImportedUid, Note, Settings } from '../plan.ts';
import { connection, type Translated } from './connection.ts';
import { delivery } from './delivery.ts';
import type { Option, ServerEntry, Statements } from './grammar.ts';
import { asWritten, Options } from './options.ts';
import { polling } from './polling.ts';
import type { FetchId } from './seen.ts';

/** What stands beside the configuration. */
export interface Beside {
  /** The configuration's path. */
  readonly file: string;
  /** Name of the user who runs fetchmail. */
  readonly user: string;
  readonly ids: readonly FetchId[];
  readonly netrc: readonly NetrcEntry[];
}

export interface Accounts {
  readonly accounts: readonly ImportedAccount[];
  readonly notes: readonly Note[];
}

/** What becomes of a .fetchmailrc: one account for each `user`. */
export function accountsOf({ globals, servers }: Statements, beside: Beside): Accounts {
  const [first] = servers;
  const defaults = first?.verb === 'defaults' ? first : undefined;
  const cycle = secondsOf(globals);
  const taken = new Set<string>();
  const accounts: ImportedAccount[] = [];
  const notes: Note[] = globals.map((option) => globalNote(option, beside.file));
  for (const server of servers) {
    if (server === defaults) continue;
    for (const own of server.users) {
      const inherited =
        defaults === undefined ? [] : [...defaults.options, ...defaults.users.flat()];
      const options = new Options(beside.file, inherited, [...server.options, ...own]);
      const refusal = refused(server, options);
      if (refusal !== undefined) {
        notes.push(refusal);
        continue;
      }
      const account = accountOf(server, options, { ...beside, cycle, taken });
      taken.add(account.name);
      accounts.push(account);
    }
  }
  return { accounts, notes };
}

interface Making extends Beside {
  /** Seconds between two polls of all; undefined where fetchmail is no daemon. */
  readonly cycle: number | undefined;
  readonly taken: ReadonlySet<string>;
}

function accountOf(server: ServerEntry, options: Options, making: Making): ImportedAccount {
  const { file, user: local, taken } = making;
  const user = options.text('user') ?? options.localNames[0]?.split('=')[0] ?? local;
  const where = connection(options, server.name);
  const parts = [
    where,
    delivery(options, local),
    polling(options, making.cycle),
    unneeded(options),
  ];
  const { password, secret, notes } = login(server, options, user, making.netrc);
  const wanted = server.users.length > 1 ? `${user}-${server.name}` : server.name;
  const settings: Settings = {
    ...where.settings,
    user,
    ...password,
    ...Object.assign({}, ...parts.slice(1).map((part) => part.settings)),
    ...(server.verb === 'skip' && { enabled: false }),
    ...(options.get('plugin') !== undefined && { enabled: false }),
  };
  return {
    name: accountName(wanted, taken),
    settings,
    comments: [`from ${file}, line ${server.line}`],
    ...(secret !== undefined && { secret }),
    seen: seenBy(user, options.text('via') ?? server.name, making.ids),
    notes: [
      entryNote(server, file),
      ...options.note('user', 'taken', `user: ${user}`),
      ...notes,
      ...parts.flatMap((part) => part.notes),
    ],
  };
}

function entryNote({ verb, name, line }: ServerEntry, file: string): Note {
  const kind = 'taken';
  if (verb === 'skip') return { file, line, kind, text: `skip ${name}: enabled: false` };
  return { file, line, kind, text: `${verb} ${name}` };
}

interface Login {
  readonly password: Settings;
  readonly secret: Secret | undefined;
  readonly notes: readonly Note[];
}

/** fetchmail looks into .netrc for the name behind `poll`, and then for the one behind `via`. */
function login(
  { name }: ServerEntry,
  options: Options,
  user: string,
  netrc: readonly NetrcEntry[],
): Login {
  const auth = authentication(options);
  const notes = [...auth.notes];
  const written = options.text('password');
  const via = options.text('via');
  const found =
    written ??
    netrcPassword(netrc, name, user) ??
    (via === undefined ? undefined : netrcPassword(netrc, via, user));
  if (found === undefined)
    return { password: { password: { prompt: true }, ...auth.settings }, secret: undefined, notes };
  notes.push(
    ...options.note('password', 'changed', 'not copied, but read there when it is needed'),
  );
  return { password: auth.settings, secret: new Secret(found), notes };
}

function authentication(options: Options): Translated {
  if (options.text('protocol') === 'apop') return { settings: { auth: 'apop' }, notes: [] };
  const auth = options.text('auth');
  switch (auth) {
    case undefined:
      return { settings: {}, notes: [] };
    case 'cram-md5':
      return { settings: { auth }, notes: options.note('auth', 'taken', `auth: ${auth}`) };
    case 'any':
    case 'auth-password':
      return { settings: {}, notes: options.note('auth', 'taken', 'auth: auto') };
    default:
      return { settings: {}, notes: options.note('auth', 'left', 'not known here; auth: auto') };
  }
}

/** Why an entry cannot be taken over at all. */
function refused({ name, line }: ServerEntry, options: Options): Note | undefined {
  const { file } = options;
  const protocol = options.get('protocol');
  const kind = protocol?.values[0] ?? 'auto';
  if (!['auto', 'pop3', 'apop', 'sdps'].includes(kind))
    return {
      file,
      line: protocol?.line ?? line,
      kind: 'left',
      text: `poll ${name}: ${kind} is not POP3; popfetch fetches by POP3 alone`,
    };
  const names = options.localNames;
  if (names.length > 1 || names.includes('*') || kind === 'sdps')
    return {
      file,
      line: (options.get('is') ?? options.get('to') ?? protocol)?.line ?? line,
      kind: 'left',
      text: `poll ${name}: mail of several people in one maildrop (multidrop) is not told apart here`,
    };
  return undefined;
}

/** Whatever the case of letters: fetchmail compares so. */
function seenBy(user: string, host: string, ids: readonly FetchId[]): readonly ImportedUid[] {
  const whose = `${user}@${host}`.toLowerCase();
  return ids
    .filter((id) => `${id.user}@${id.host}`.toLowerCase() === whose)
    .map(({ uid }) => ({ uid }));
}

/** What means nothing here, and why. */
const reasons: ReadonlyMap<string, string> = new Map(
  (
    [
      ['aka localdomains envelope qvirtual dns checkalias fetchdomains', 'for multidrop only'],
      [
        'interface monitor',
        'no such condition; a timer or a hook of the network may start popfetch',
      ],
      ['plugin', 'no connection through a command: disabled; proxy knows SOCKS'],
      ['plugout esmtpname esmtppassword', 'deliver: {smtp: ...} has user and password of its own'],
      ['principal', 'no Kerberos'],
      ['tracepolls', 'the Received field names the account anyhow'],
      ['bad-header', 'a message with a bad header is delivered as it is'],
      ['folder idle', 'for IMAP only'],
      ['antispam', 'see onReject'],
      ['preconnect postconnect', 'not run; start such a command before popfetch'],
      ['rewrite stripcr forcecr pass8bits', 'a message is delivered as it is'],
      ['dropstatus dropdelivered mimedecode', 'a message is delivered as it is'],
      ['warnings', 'what is too large is named in each run'],
      ['fetchsizelimit fastuidl batchlimit expunge', 'not needed'],
      ['properties', 'means nothing to fetchmail either'],
    ] as const
  ).flatMap(([words, reason]) => words.split(' ').map((word) => [word, reason] as const)),
);

function unneeded(options: Options): Translated {
  const notes = [...reasons].flatMap(([word, reason]) => {
    const option = options.get(word);
    return option === undefined || !option.on ? [] : options.note(word, 'left', reason);
  });
  const uidl = options.note('uidl', 'taken', 'messages are always told apart by their unique-ids');
  return { settings: {}, notes: [...notes, ...uidl] };
}

function secondsOf(globals: readonly Option[]): number | undefined {
  const daemon = Number(globals.findLast(({ word }) => word === 'daemon')?.values[0] ?? 0);
  return daemon > 0 ? daemon : undefined;
}

function globalNote(option: Option, file: string): Note {
  const [kind, reason] = globalFates.get(option.word) ?? ['left', 'not needed'];
  return { file, line: option.line, kind, text: `set ${asWritten(option)}: ${reason}` };
}

const globalFates: ReadonlyMap<string, readonly [Note['kind'], string]> = new Map([
  ['daemon', ['taken', 'every of each account, for popfetch run']],
  ['idfile', ['taken', 'the seen list is read from there']],
  ['pidfile', ['taken', 'tells whether fetchmail runs']],
  ['logfile', ['left', 'see --log-file']],
  ['syslog', ['left', 'under systemd the journal has the log']],
  ['bouncemail', ['left', 'nothing is ever sent back']],
  ['spambounce', ['left', 'nothing is ever sent back']],
  ['softbounce', ['left', 'see onReject']],
  ['postmaster', ['left', 'for multidrop only']],
]);
