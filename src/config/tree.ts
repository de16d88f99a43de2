/** Where something stands in the text: offsets in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

/**
 * One value of the file and where it stands. Parsers of values work on this, so that one module alone knows the yaml
 * package, and the table of keys can be loaded without it.
 */
export type Tree = Span &
  (
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'number'; readonly value: number; readonly source: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'empty' }
    | { readonly kind: 'list'; readonly values: readonly Tree[] }
    | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  );

/** Something wrong at a place of the text; parse.ts makes problems of them. */
export interface Mistake {
  readonly span: Span;
  readonly message: string;
  readonly hint?: string;
  /** What stands there may be a password: it is not shown. */
  readonly isSecret?: true;
}

/** A map's value by name; the first one where a name stands twice. */
export function entryOf(map: Tree, name: string): Entry | undefined {
  return map.kind === 'map' ? map.entries.find((entry) => entry.key === name) : undefined;
}
