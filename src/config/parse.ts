import { readAccount } from './account.ts';
import type { AccountConfig, Config } from './config.ts';
import { accountKeys, alertKeys, topKeys } from './keys.ts';
import { Lines } from './lines.ts';
import type { Problem } from './problem.ts';
import { type KeyGroup, reportUnknownKeys, Settings } from './settings.ts';
import { type Entry, entryOf, type Mistake, type Tree } from './tree.ts';
import { nameOf } from './values.ts';
import { readYaml } from './yaml-tree.ts';

export type Parsed =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export interface ParseOptions {
  /** For `~`. */
  readonly home: string;
  /** Where others can read the file: the command that ends it. Passwords in the text are refused then. */
  readonly toHide?: string | undefined;
}

/** The text of a configuration (YAML or JSON), validated; or every problem in it, in the order of the text. */
export function parseConfig(withMark: string, path: string, options: ParseOptions): Parsed {
  const { home, toHide } = options;
  // A byte order mark would shift the columns of the first line.
  const text = withMark.replace(/^\ufeff/, '');
  const { tree, mistakes: syntax } = readYaml(text);
  const mistakes = [...syntax, ...undecoded(text)];
  if (tree !== undefined && toHide !== undefined) reportPasswords(tree, toHide, mistakes);
  const config = tree === undefined ? undefined : readConfig(tree, path, home, mistakes);
  if (config !== undefined && mistakes.length === 0) return { kind: 'config', config };
  return { kind: 'problems', problems: problemsOf(mistakes, text, path) };
}

/** What was not UTF-8 has become replacement characters: a password with an umlaut would be wrong, and nobody told. */
function undecoded(text: string): Mistake[] {
  const start = text.indexOf('\ufffd');
  if (start === -1) return [];
  const hint = 'save the file as UTF-8';
  return [{ span: { start, end: start + 1 }, message: 'not valid UTF-8', hint }];
}

function reportPasswords(tree: Tree, toHide: string, mistakes: Mistake[]): void {
  const accounts = entryOf(tree, 'accounts')?.value;
  const maps = accounts?.kind === 'map' ? accounts.entries : [];
  for (const entry of [...maps, entryOf(tree, 'defaults')]) {
    const password = entry === undefined ? undefined : entryOf(entry.value, 'password')?.value;
    if (password?.kind !== 'text' && password?.kind !== 'number') continue;
    mistakes.push({ span: password, message: 'password: others can read this file', hint: toHide });
  }
}

const top: KeyGroup = {
  keys: { accounts: {}, defaults: {}, alerts: {}, ...topKeys },
  place: 'at the top, not in an account',
};
const account: KeyGroup = { keys: accountKeys, place: 'in an account or under "defaults"' };
const alerts: KeyGroup = { keys: alertKeys, place: 'under "alerts"' };

function readConfig(
  tree: Tree,
  path: string,
  home: string,
  mistakes: Mistake[],
): Config | undefined {
  if (tree.kind !== 'map' && tree.kind !== 'empty') {
    mistakes.push({ span: tree, message: `expected keys, found ${nameOf(tree)}`, hint: SKETCH });
    return undefined;
  }
  reportUnknownKeys(tree, top, [account, alerts], mistakes);
  const surroundings = { home, placeholders: undefined, mistakes };
  const settings = new Settings(topKeys, [tree]);
  const jobs = settings.read('jobs', surroundings);
  const perHost = settings.read('perHost', surroundings);
  const stateDir = settings.read('stateDir', surroundings)?.absolute;
  const alert = new Settings(alertKeys, [
    checkedMap(entryOf(tree, 'alerts'), alerts, [], mistakes),
  ]);
  const after = alert.read('after', surroundings);
  const remind = alert.read('remind', surroundings);
  const accounts = readAccounts(tree, home, mistakes);
  if (jobs === undefined || perHost === undefined) return undefined;
  if (after === undefined || remind === undefined) return undefined;
  return { path, accounts, jobs, perHost, stateDir, alerts: { after, remind } };
}

const SKETCH = 'accounts: {NAME: {host: ..., user: ..., password: ...}}';

function readAccounts(tree: Tree, home: string, mistakes: Mistake[]): AccountConfig[] {
  const defaults = checkedMap(entryOf(tree, 'defaults'), account, [top], mistakes);
  if (defaults !== undefined) checkDefaults(defaults, home, mistakes);
  const accounts = entryOf(tree, 'accounts');
  if (accounts === undefined) {
    const span = { start: tree.start, end: tree.start };
    mistakes.push({ span, message: 'no accounts', hint: SKETCH });
    return [];
  }
  if (accounts.value.kind !== 'map' || accounts.value.entries.length === 0) {
    const found = accounts.value.kind === 'map' ? 'none' : nameOf(accounts.value);
    const message = `accounts: expected at least one account by its name, found ${found}`;
    mistakes.push({ span: accounts.value, message, hint: SKETCH });
    return [];
  }
  return accounts.value.entries.flatMap((entry) => {
    if (!isAccountName(entry, mistakes)) return [];
    if (checkedMap(entry, account, [top], mistakes) === undefined) return [];
    return readAccount(entry, defaults, home, mistakes) ?? [];
  });
}

function isAccountName({ key, keySpan }: Entry, mistakes: Mistake[]): boolean {
  if (/^[a-z0-9][a-z0-9._-]*$/.test(key)) return true;
  const message = `${JSON.stringify(key)} cannot be the name of an account`;
  const hint = 'lower-case letters, digits and . _ - only';
  mistakes.push({ span: keySpan, message, hint });
  return false;
}

/** An entry's value when it is a map (nothing counts as an empty one); its unknown keys are reported. */
function checkedMap(
  entry: Entry | undefined,
  group: KeyGroup,
  elsewhere: readonly KeyGroup[],
  mistakes: Mistake[],
): Tree | undefined {
  if (entry === undefined) return undefined;
  const { key, value } = entry;
  if (value.kind !== 'map' && value.kind !== 'empty') {
    mistakes.push({ span: value, message: `${key}: expected keys, found ${shape(value)}` });
    return undefined;
  }
  reportUnknownKeys(value, group, elsewhere, mistakes);
  return value;
}

/** Never the text itself: `gmx: hunter2` may hold a password. */
function shape(tree: Tree): string {
  return tree.kind === 'text' ? 'text' : nameOf(tree);
}

/** Reads the defaults by themselves too: a wrong one that every account overrides is still wrong. */
function checkDefaults(defaults: Tree, home: string, mistakes: Mistake[]): void {
  const settings = new Settings(accountKeys, [defaults]);
  const placeholders = { account: 'account', email: 'email', user: 'user', host: 'host' };
  for (const name of Object.keys(accountKeys) as (keyof typeof accountKeys)[])
    settings.read(name, { home, placeholders, mistakes });
}

function problemsOf(mistakes: readonly Mistake[], text: string, path: string): Problem[] {
  const lines = new Lines(text);
  const seen = new Set<string>();
  return [...mistakes]
    .sort((one, other) => one.span.start - other.span.start)
    .flatMap(({ span, message, hint }) => {
      // A wrong default is wrong for each account that takes it, and said once.
      const identity = `${span.start} ${message}`;
      if (seen.has(identity)) return [];
      seen.add(identity);
      return [{ path, place: lines.place(span), message, hint }];
    });
}
