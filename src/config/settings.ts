import type { Key, Keys } from './keys.ts';
import { nearest } from './nearest.ts';
import { type Placeholders, readingFor } from './reading.ts';
import type { Entry, Mistake, Tree } from './tree.ts';
import { quoted } from './values.ts';

const NOWHERE = { start: 0, end: 0 };

/** What values are read with, and where their mistakes are collected. */
export interface Surroundings {
  readonly home: string;
  readonly placeholders: Placeholders | undefined;
  readonly mistakes: Mistake[];
}

/** A set of keys with the values that the file gives them, read one by one. */
export class Settings<Values> {
  readonly #keys: Keys<Values>;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #prefix: string;

  /** Where a key stands in several maps, the first one counts. Messages name keys with the prefix. */
  constructor(keys: Keys<Values>, maps: readonly (Tree | undefined)[], prefix = '') {
    this.#keys = keys;
    this.#prefix = prefix;
    const entries = new Map<string, Entry>();
    for (const map of maps.filter((map) => map?.kind === 'map'))
      for (const entry of map.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    this.#entries = entries;
  }

  /** Where it stands, valid or not. */
  entry(name: keyof Values & string): Entry | undefined {
    return this.#entries.get(name);
  }

  /** Its value or its default; undefined where there is neither, or the value is reported as wrong. */
  read<Name extends keyof Values & string>(
    name: Name,
    surroundings: Surroundings,
  ): Values[Name] | undefined {
    const key: Key<Values[Name]> = this.#keys[name];
    const value = this.#entries.get(name)?.value ?? written(key.default);
    if (value === undefined) return undefined;
    const { mistakes } = surroundings;
    const subject = { span: value, example: key.example };
    return key.read(value, readingFor(this.#prefix + name, surroundings, mistakes, subject));
  }
}

/** A default as YAML and JSON would read it. */
export function inJson(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

function written(text: string | undefined): Tree | undefined {
  if (text === undefined) return undefined;
  const value = inJson(text);
  if (typeof value === 'boolean') return { kind: 'boolean', value, ...NOWHERE };
  if (typeof value === 'number') return { kind: 'number', value, source: text, ...NOWHERE };
  return { kind: 'text', text, ...NOWHERE };
}

/** A group of keys: one may be written where another belongs. */
export interface KeyGroup {
  readonly keys: Readonly<Record<string, { readonly mistakenFor?: readonly string[] }>>;
  /** Where they belong, for a hint. */
  readonly place: string;
  /** What a map of them looks like. */
  readonly sketch: string;
}

/** Reports keys that do not exist here; returns those that were probably meant. */
export function reportUnknownKeys(
  map: Tree,
  here: KeyGroup,
  elsewhere: readonly KeyGroup[],
  mistakes: Mistake[],
): string[] {
  if (map.kind !== 'map') return [];
  const meantKeys: string[] = [];
  for (const { key, keySpan } of map.entries) {
    if (Object.hasOwn(here.keys, key)) continue;
    const meant = mistaken(key, here) ?? nearest(key, Object.keys(here.keys));
    if (meant !== undefined) meantKeys.push(meant);
    const hint = meant === undefined ? hintElsewhere(key, elsewhere) : `did you mean "${meant}"?`;
    const message = `unknown key ${quoted(key)}`;
    mistakes.push({ span: keySpan, message, hint });
  }
  return meantKeys;
}

function hintElsewhere(key: string, elsewhere: readonly KeyGroup[]): string {
  if (key === '<<') return 'what accounts share goes under "defaults"';
  const group = elsewhere.find((group) => Object.hasOwn(group.keys, key));
  return group === undefined ? 'popfetch help config lists the keys' : `it belongs ${group.place}`;
}

function mistaken(key: string, group: KeyGroup): string | undefined {
  const word = key.toLowerCase().replace(/[-_]/g, '');
  return Object.entries(group.keys).find(([, { mistakenFor }]) => mistakenFor?.includes(word))?.[0];
}
