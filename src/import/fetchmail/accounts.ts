import { accountName } from '../account-name.ts';
import type { NetrcEntry } from '../netrc.ts';
import type { ImportedAccount, ImportedUid, Note, Settings } from '../plan.ts';
import { connection } from './connection.ts';
import { delivery } from './delivery.ts';
import type { Option, ServerEntry, Statements } from './grammar.ts';
import { globalNote, unneeded } from './left.ts';
import { login } from './login.ts';
import { Options } from './options.ts';
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
      const options = new Options({ file: beside.file, line: server.line }, inherited, [
        ...server.options,
        ...own,
      ]);
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
  const { settings: password, secret, notes } = login(server.name, options, user, making.netrc);
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
      options.entryNote('taken', entryText(server)),
      ...options.note('user', 'taken', `user: ${user}`),
      ...notes,
      ...parts.flatMap((part) => part.notes),
    ],
  };
}

function entryText({ verb, name }: ServerEntry): string {
  return verb === 'skip' ? `skip ${name}: enabled: false` : `${verb} ${name}`;
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

function secondsOf(globals: readonly Option[]): number | undefined {
  const daemon = Number(globals.findLast(({ word }) => word === 'daemon')?.values[0] ?? 0);
  return daemon > 0 ? daemon : undefined;
}
