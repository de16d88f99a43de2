import { loginOf, providerOfAddress, providerOfHost } from '../providers/provider.ts';
import type { WrittenSetting } from './append-account.ts';
import type { AccountConfig, Config } from './config.ts';
import { hookKeys } from './hook-keys.ts';
import { accountKeys, alertKeys, type Key, topKeys } from './keys.ts';
import { MASK, withoutLogins } from './mask.ts';
import { filledWord } from './paths.ts';
import type { Placeholders } from './reading.ts';
import { inJson } from './settings.ts';
import { entryOf, type Tree } from './tree.ts';
import { readYaml } from './yaml-tree.ts';

/** A setting as it holds, secrets as `***`, and where it comes from. */
export interface EffectiveSetting {
  readonly key: string;
  readonly value: WrittenSetting;
  readonly origin: Origin;
}

export type Origin =
  | { readonly kind: 'default' }
  /** What is publicly known of a provider. */
  | { readonly kind: 'provider'; readonly name: string }
  /** Follows from another key. */
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'file'; readonly line: number }
  /** From `defaults` of the file. */
  | { readonly kind: 'defaults'; readonly line: number }
  | { readonly kind: 'command line' | 'environment'; readonly name: string };

export interface EffectiveConfig {
  readonly top: readonly EffectiveSetting[];
  readonly alerts: readonly EffectiveSetting[];
  readonly hooks: readonly EffectiveSetting[];
  readonly accounts: readonly (readonly [name: string, settings: readonly EffectiveSetting[]])[];
}

/** Every setting of a valid configuration with its origin; what is not set and has no default is left out. */
export function effectiveConfig(text: string, config: Config): EffectiveConfig {
  const { tree } = readYaml(text);
  const file = new FileOrigins(text);
  const group = (name: string) => (tree === undefined ? undefined : entryOf(tree, name)?.value);
  return {
    top: file.settings(topKeys, [tree]),
    alerts: file.settings(alertKeys, [group('alerts')]),
    hooks: file.settings(hookKeys, [group('hooks')]),
    accounts: config.accounts.map((account) => {
      const accounts = group('accounts');
      const own = accounts === undefined ? undefined : entryOf(accounts, account.name)?.value;
      return [account.name, file.account(account, [own, group('defaults')], tree)];
    }),
  };
}

type KeyTable = Readonly<Record<string, Key<unknown>>>;

class FileOrigins {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Of several maps the first one that has a key counts; the second one holds defaults. */
  settings(
    keys: KeyTable,
    maps: readonly (Tree | undefined)[],
    placeholders?: Placeholders,
  ): EffectiveSetting[] {
    return Object.entries(keys).flatMap(([key, { default: otherwise }]): EffectiveSetting[] => {
      for (const [index, map] of maps.entries()) {
        const entry = map === undefined ? undefined : entryOf(map, key);
        if (entry === undefined) continue;
        const line = this.#lineOf(entry.keySpan.start);
        const value = shown(entry.value, key, expanding.has(key) ? placeholders : undefined);
        return [{ key, value, origin: { kind: index === 0 ? 'file' : 'defaults', line } }];
      }
      if (otherwise === undefined) return [];
      return [{ key, value: inJson(otherwise), origin: { kind: 'default' } }];
    });
  }

  account(
    account: AccountConfig,
    maps: readonly (Tree | undefined)[],
    top: Tree | undefined,
  ): EffectiveSetting[] {
    const { name, email, host, user } = account;
    const placeholders = { account: name, host, user, ...(email !== undefined && { email }) };
    const written = this.settings(accountKeys, maps, placeholders);
    const every = this.settings(topKeys, [top]).find(({ key }) => key === 'every');
    const derived = [...derivedSettings(account), ...(every === undefined ? [] : [every])];
    const isWritten = ({ key }: EffectiveSetting) =>
      written.some((one) => one.key === key && one.origin.kind !== 'default');
    const missing = derived.filter((one) => !isWritten(one));
    const replaced = new Set(missing.map(({ key }) => key));
    const all = [...written.filter(({ key }) => !replaced.has(key)), ...missing];
    const order = Object.keys(accountKeys);
    return all.sort((one, other) => order.indexOf(one.key) - order.indexOf(other.key));
  }

  #lineOf(offset: number): number {
    return this.#text.slice(0, offset).split('\n').length;
  }
}

/** Keys in whose values placeholders stand for something. */
const expanding = new Set(['deliver', 'password', 'tlsCa', 'tlsCert', 'tlsKey', 'oauth']);

/** What follows from other keys where it is not written. */
function derivedSettings(account: AccountConfig): EffectiveSetting[] {
  const { email, host, user, port, auth } = account;
  const known = email === undefined ? undefined : providerOfAddress(email);
  const ofAddress: Origin =
    known === undefined ? { kind: 'key', key: 'email' } : { kind: 'provider', name: known.name };
  const isLogin = known !== undefined && email !== undefined && loginOf(email, known) === user;
  const provider = providerOfHost(host);
  return [
    { key: 'host', value: host, origin: ofAddress },
    { key: 'user', value: user, origin: isLogin ? ofAddress : { kind: 'key', key: 'email' } },
    { key: 'port', value: port, origin: { kind: 'key', key: 'tls' } },
    ...(auth === 'auto' || provider === undefined
      ? []
      : [{ key: 'auth', value: auth, origin: { kind: 'provider', name: provider.name } } as const]),
  ];
}

/** A value without secrets: literal ones, under any key that sounds like one, and those in addresses. */
function shown(tree: Tree, key: string, placeholders: Placeholders | undefined): WrittenSetting {
  switch (tree.kind) {
    case 'text': {
      if (/password|secret|token/i.test(key)) return MASK;
      const filled = placeholders === undefined ? tree.text : filledWord(tree.text, placeholders);
      return withoutLogins(filled);
    }
    case 'number':
      return tree.value;
    case 'boolean':
      return tree.value;
    case 'empty':
      return '';
    case 'list':
      return tree.values.map((value) => shown(value, '', placeholders));
    case 'map':
      return Object.fromEntries(
        tree.entries.map((entry) => [entry.key, shown(entry.value, entry.key, placeholders)]),
      );
    default:
      return tree satisfies never;
  }
}
