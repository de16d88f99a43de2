import { readAccount } from './account.ts';
import type { AccountConfig } from './config.ts';
import { accountGroup, checkedMap, SKETCH, topGroup } from './key-groups.ts';
import { accountKeys } from './keys.ts';
import { Settings } from './settings.ts';
import { type Entry, entryOf, type Mistake, type Tree } from './tree.ts';
import { nameOf, quoted } from './values.ts';

/** What an account may be called: its name becomes a folder and a word of the command line. */
export const ACCOUNT_NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** The valid ones of the accounts; what is wrong with the others, and with the defaults, is reported. */
export function readAccounts(
  tree: Tree,
  { home, every }: { readonly home: string; readonly every: number | undefined },
  mistakes: Mistake[],
): AccountConfig[] {
  const defaults = checkedMap(entryOf(tree, 'defaults'), accountGroup, [topGroup], mistakes);
  if (defaults !== undefined) checkDefaults(defaults.map, home, mistakes);
  return accountEntries(tree, mistakes).flatMap((entry) => {
    if (!isAccountName(entry, mistakes)) return [];
    const own = checkedMap(entry, accountGroup, [topGroup], mistakes);
    if (own === undefined) return [];
    const meant = new Set([...own.meant, ...(defaults?.meant ?? [])]);
    const sources = { entry, defaults: defaults?.map, every, meant };
    return readAccount(sources, home, mistakes) ?? [];
  });
}

function accountEntries(tree: Tree, mistakes: Mistake[]): readonly Entry[] {
  const accounts = entryOf(tree, 'accounts')?.value;
  if (accounts?.kind === 'map' && accounts.entries.length > 0) return accounts.entries;
  if (accounts === undefined) {
    const span = { start: tree.start, end: tree.start };
    mistakes.push({ span, message: 'no accounts', hint: SKETCH });
    return [];
  }
  const found = accounts.kind === 'map' ? 'none' : nameOf(accounts);
  const message = `accounts: expected at least one account by its name, found ${found}`;
  mistakes.push({ span: accounts, message, hint: SKETCH });
  return [];
}

function isAccountName({ key, keySpan }: Entry, mistakes: Mistake[]): boolean {
  if (ACCOUNT_NAME.test(key)) return true;
  const message = `${quoted(key)} cannot be the name of an account`;
  const hint = 'lower-case letters, digits and . _ - only';
  mistakes.push({ span: keySpan, message, hint });
  return false;
}

/** Reads the defaults by themselves too: a wrong one that every account overrides is still wrong. */
function checkDefaults(defaults: Tree, home: string, mistakes: Mistake[]): void {
  const settings = new Settings(accountKeys, [defaults]);
  const placeholders = { account: 'account', email: 'email', user: 'user', host: 'host' };
  for (const name of Object.keys(accountKeys) as (keyof typeof accountKeys)[])
    settings.read(name, { home, placeholders, mistakes });
}

/** Reports each password that stands in the text itself, because others can read it. */
export function reportPasswords(tree: Tree, toHide: string, mistakes: Mistake[]): void {
  const accounts = entryOf(tree, 'accounts')?.value;
  const maps = accounts?.kind === 'map' ? accounts.entries : [];
  for (const entry of [...maps, entryOf(tree, 'defaults')]) {
    const deliver = entry === undefined ? undefined : entryOf(entry.value, 'deliver')?.value;
    const logins = [entry?.value, ...(deliver?.kind === 'list' ? deliver.values : [deliver])];
    for (const login of logins) {
      const password = login === undefined ? undefined : entryOf(login, 'password')?.value;
      if (password?.kind === 'text' || password?.kind === 'number')
        mistakes.push({
          span: password,
          message: 'password: others can read this file',
          hint: toHide,
        });
    }
    const oauth = entry === undefined ? undefined : entryOf(entry.value, 'oauth')?.value;
    const secret = oauth === undefined ? undefined : entryOf(oauth, 'clientSecret')?.value;
    if (secret?.kind === 'text' || secret?.kind === 'number')
      mistakes.push({
        span: secret,
        message: 'clientSecret: others can read this file',
        hint: toHide,
      });
    const proxy = entry === undefined ? undefined : entryOf(entry.value, 'proxy')?.value;
    if (proxy?.kind === 'text' && proxy.text.includes('@'))
      mistakes.push({
        span: proxy,
        message: 'proxy: others can read this file, and the password in it',
        hint: toHide,
      });
  }
}
