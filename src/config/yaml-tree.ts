import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Entry, Mistake, Span, Tree } from './tree.ts';

/**
 * The text of a YAML or JSON file (JSON is YAML) as a tree with positions, and every mistake of syntax. The tree is
 * undefined where there are any: values read from a broken document would only add wrong problems to the right ones.
 * Always YAML 1.2 core, even below `%YAML 1.1`, so that `on`, `off`, `yes` and `no` are words.
 */
export function readYaml(text: string): { tree: Tree | undefined; mistakes: readonly Mistake[] } {
  const document = parseDocument(text, {
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0)
    return { tree: undefined, mistakes: complaints.slice(0, MOST_MISTAKES).map(mistakeOf) };
  const planter = new TreePlanter(text);
  const tree = planter.plant(document.contents ?? undefined, { start: 0, end: 0 });
  return { tree, mistakes: planter.mistakes };
}

/** What comes later mostly follows from what came first. */
const MOST_MISTAKES = 10;

/** In words of ours where the cause is known. The text itself is never repeated: it may be a password. */
function mistakeOf(error: YAMLError): Mistake {
  const span = { start: error.pos[0], end: error.pos[1] };
  const known = causes.get(error.code);
  return known === undefined
    ? { span, message: `not valid YAML: ${withoutQuotes(error.message)}`, hint: INTACT }
    : { span, ...known };
}

const INTACT = 'look at quotes, brackets and indentation, also in the line above';

const QUOTE = 'text goes in quotes: "..."';

const causes: ReadonlyMap<YAMLError['code'], Omit<Mistake, 'span'>> = new Map([
  [
    'TAB_AS_INDENT',
    { message: 'a tab: YAML indents with spaces only', hint: 'replace the tab by spaces' },
  ],
  ['BAD_SCALAR_START', { message: 'plain text cannot begin with this character', hint: QUOTE }],
  ['BLOCK_AS_IMPLICIT_KEY', { message: 'a second ": " in one line', hint: QUOTE }],
  ['TAG_RESOLVE_FAILED', { message: 'a tag (what begins with !) means nothing here', hint: QUOTE }],
]);

function withoutQuotes(message: string): string {
  const bare = message.replace(/(?<=\w): .*$/s, '').replace(/ \\.*$/s, '');
  return bare.charAt(0).toLowerCase() + bare.slice(1);
}

/** Walks the document in its order, so that an alias finds the tree of its anchor ready: no alias is expanded twice. */
class TreePlanter {
  readonly mistakes: Mistake[] = [];
  readonly #text: string;
  readonly #anchors = new Map<string, Tree>();

  constructor(text: string) {
    this.#text = text;
  }

  /** `spot` is where a value that was left out would stand. */
  plant(node: unknown, spot: Span): Tree {
    if (isAlias(node)) return this.#aliased(node.source, spanOf(node, spot));
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return { kind: 'empty', ...spot };
    const tree = this.#planted(node, spanOf(node, spot));
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, tree);
    return tree;
  }

  #planted(node: Node, span: Span): Tree {
    if (isMap(node)) return { kind: 'map', entries: this.#entries(node), ...span };
    if (isSeq(node)) {
      const values = node.items.map((item) => this.plant(item, span));
      return { kind: 'list', values, ...span };
    }
    return isScalar(node) ? this.#scalar(node, span) : { kind: 'empty', ...span };
  }

  #scalar(node: Scalar, span: Span): Tree {
    const { value } = node;
    if (typeof value === 'string') return { kind: 'text', text: value, ...span };
    if (typeof value === 'boolean') return { kind: 'boolean', value, ...span };
    if (typeof value === 'number')
      return { kind: 'number', value, source: node.source ?? String(value), ...span };
    return { kind: 'empty', ...span };
  }

  #aliased(anchor: string, span: Span): Tree {
    const tree = this.#anchors.get(anchor);
    if (tree !== undefined) return { ...tree, ...span };
    this.mistakes.push({
      span,
      message: 'an alias (what begins with *) without anchor',
      hint: QUOTE,
    });
    return { kind: 'empty', ...span };
  }

  #entries(map: YAMLMap): Entry[] {
    const entries: Entry[] = [];
    const firsts = new Map<string, Span>();
    for (const pair of map.items) {
      const entry = this.#entry(pair);
      if (entry === undefined) continue;
      const first = firsts.get(entry.key);
      if (first !== undefined) this.#standsTwice(entry, first);
      firsts.set(entry.key, first ?? entry.keySpan);
      entries.push(entry);
    }
    return entries;
  }

  #entry(pair: Pair): Entry | undefined {
    const { key } = pair;
    const keySpan = spanOf(key, { start: 0, end: 0 });
    if (!isScalar(key)) {
      this.mistakes.push({ span: keySpan, message: 'a key must be a plain word', hint: QUOTE });
      return undefined;
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    const value = this.plant(pair.value, { start: keySpan.end, end: keySpan.end });
    return { key: name, keySpan, value };
  }

  #standsTwice(entry: Entry, first: Span): void {
    const line = this.#text.slice(0, first.start).split('\n').length;
    this.mistakes.push({
      span: entry.keySpan,
      message: `${JSON.stringify(entry.key)} stands twice`,
      hint: `the first one is on line ${line}`,
    });
  }
}

function spanOf(node: unknown, otherwise: Span): Span {
  if (!(isScalar(node) || isMap(node) || isSeq(node) || isAlias(node))) return otherwise;
  const range = node.range ?? undefined;
  return range === undefined ? otherwise : { start: range[0], end: range[1] };
}
