import path from 'node:path';
import { Secret } from '../../util/secret.ts';
import { accountName } from '../account-name.ts';
import { Draft } from '../draft.ts';
import { fromHome, readOctets } from '../files.ts';
import { type NetrcEntry, netrcPassword } from '../netrc.ts';
import type { ImportedAccount, Note } from '../plan.ts';
import type { MpopAccount } from './config.ts';
import { parseUidls } from './seen.ts';
import { translate } from './translate.ts';

export interface Beside {
  /** The configuration. */
  readonly file: string;
  readonly home: string;
  readonly netrc: readonly NetrcEntry[];
  /** Names of accounts. */
  readonly taken: ReadonlySet<string>;
}

export interface Made {
  /** Undefined where it is not taken over; the notes tell why. */
  readonly account: ImportedAccount | undefined;
  readonly notes: readonly Note[];
  /** Where mpop keeps the unique-ids. */
  readonly uidlsFile: string | undefined;
}

/** What becomes of one account of an mpoprc. */
export function accountFrom({ name, line, values, aliasOf }: MpopAccount, beside: Beside): Made {
  const draft = new Draft(beside.file, line);
  const argument = (word: string): string => values.get(word)?.argument ?? '';
  const [host, user] = [argument('host'), argument('user')];
  const missing = ['host', 'user', 'delivery'].find((word) => argument(word) === '');
  if (aliasOf !== undefined) draft.refuse(line, `account ${name} is another name of ${aliasOf}`);
  else if (missing !== undefined) draft.refuse(line, `account ${name}: no ${missing}`);
  else {
    draft.follow(line, `account ${name}`);
    translate(draft, { home: beside.home, values });
  }
  const secret = argument('password') === '' ? findPassword(draft, host, user, beside) : undefined;
  const uidlsFile = uidlsFileOf(argument('uidls_file'), host, user, beside.home);
  const seen = draft.isRefused ? [] : seenIn(uidlsFile, host, user);
  const account = draft.account(accountName(name, beside.taken), seen);
  if (account === undefined) return { account, notes: draft.notes, uidlsFile: undefined };
  const whole = secret === undefined ? account : { ...account, secret };
  return { account: whole, notes: [], uidlsFile };
}

/** Where the configuration has none: in .netrc, or else somebody is asked. A keyring is not looked into. */
function findPassword(
  draft: Draft,
  host: string,
  user: string,
  { netrc }: Beside,
): Secret | undefined {
  if (draft.isRefused || draft.has('password')) return undefined;
  const found = netrcPassword(netrc, host, user);
  if (found !== undefined) return new Secret(found);
  draft.set('password', { prompt: true });
  const whose = `host, ${host}, service, pop3, user, ${user}`;
  draft.comment(`from a keyring: password: {command: [secret-tool, lookup, ${whose}]}`);
  return undefined;
}

function uidlsFileOf(named: string, host: string, user: string, home: string): string {
  const pattern = named === '' ? '~/.mpop_uidls/%U_at_%H' : named;
  const file = pattern.replace(/%([UH])/g, (_all, what) => (what === 'U' ? user : host));
  return path.resolve(home, fromHome(file, home));
}

/** Several maildrops may share a file. */
function seenIn(file: string, host: string, user: string): ImportedAccount['seen'] {
  const all = parseUidls(readOctets(file) ?? '');
  return all.filter((one) => one.host === host && one.user === user).flatMap(({ seen }) => seen);
}
