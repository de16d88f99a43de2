import { printable } from '../util/printable.ts';
import { described } from './json-schema.ts';
import { withoutLogins } from './mask.ts';
import { nearest } from './nearest.ts';
import type { Read } from './reading.ts';
import type { Tree } from './tree.ts';

/** Text without control characters, not empty. A number is refused: YAML would have dropped its leading zeros. */
export const readText: Read<string> = described(
  () => ({ type: 'string', minLength: 1 }),
  (tree, reading) => {
    if (tree.kind === 'number')
      return reading.report(tree, 'a number, not text', `quote it: "${tree.source}"`);
    if (tree.kind !== 'text') return reading.report(tree, `expected text, found ${nameOf(tree)}`);
    if (tree.text === '')
      return reading.report(tree, 'is empty', 'write a value or remove the key');
    if (/[\u0000-\u001f\u007f-\u009f]/.test(tree.text))
      return reading.report(tree, 'a control character (line end, tab or the like) is not allowed');
    return tree.text;
  },
);

export const readBoolean: Read<boolean> = described(
  () => ({ type: 'boolean' }),
  (tree, reading) => {
    if (tree.kind === 'boolean') return tree.value;
    const word = tree.kind === 'text' ? tree.text.toLowerCase() : '';
    if (['yes', 'on', 'true'].includes(word))
      return reading.report(tree, `expected true or false, found ${nameOf(tree)}`, 'write true');
    if (['no', 'off', 'false'].includes(word))
      return reading.report(tree, `expected true or false, found ${nameOf(tree)}`, 'write false');
    return reading.report(tree, `expected true or false, found ${nameOf(tree)}`);
  },
);

/** A whole number between the two, both included. */
export function readInteger(least: number, most: number): Read<number> {
  const schema = { type: 'integer', minimum: least, maximum: most } as const;
  return described(
    () => schema,
    (tree, reading) => {
      const range = `a whole number from ${least} to ${most}`;
      if (tree.kind === 'text' && /^\d+$/.test(tree.text))
        return reading.report(tree, `expected ${range}, found text`, `write ${tree.text} unquoted`);
      if (tree.kind !== 'number')
        return reading.report(tree, `expected ${range}, found ${nameOf(tree)}`);
      if (!Number.isInteger(tree.value) || tree.value < least || tree.value > most)
        return reading.report(tree, `expected ${range}, found ${tree.source}`);
      return tree.value;
    },
  );
}

/** One of some words. */
export function readChoice<const Word extends string>(words: readonly Word[]): Read<Word> {
  return described(
    () => ({ enum: words }),
    (tree, reading) => {
      const found = words.find((word) => tree.kind === 'text' && tree.text === word);
      if (found !== undefined) return found;
      const meant = meantWord(tree);
      const right = words.find((word) => word === meant);
      const near = tree.kind === 'text' ? nearest(tree.text, words) : undefined;
      const slip = near === undefined ? undefined : `did you mean ${near}?`;
      const message = `expected ${orList(words)}, found ${nameOf(tree)}`;
      return reading.report(tree, message, right === undefined ? slip : `write ${right}`);
    },
  );
}

function meantWord(tree: Tree): string | undefined {
  if (tree.kind === 'boolean') return tree.value ? 'on' : 'off';
  if (tree.kind !== 'text') return undefined;
  const word = tree.text.trim().toLowerCase();
  if (['yes', 'true'].includes(word)) return 'on';
  return ['no', 'false', 'none'].includes(word) ? 'off' : word;
}

export function orList(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** What was found instead, for a message. Long text is cut, and never shown where it could be a password. */
export function nameOf(tree: Tree): string {
  switch (tree.kind) {
    case 'text':
      return quoted(tree.text);
    case 'number':
      return `the number ${tree.source}`;
    case 'boolean':
      return String(tree.value);
    case 'empty':
      return 'nothing';
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    default:
      return tree satisfies never;
  }
}

const LONGEST_QUOTE = 60;

/** Text in quotes, on one line, without control characters and not too long. */
export function quoted(text: string): string {
  const shown = printable(withoutLogins(text));
  return shown.length > LONGEST_QUOTE ? `"${shown.slice(0, LONGEST_QUOTE)}..."` : `"${shown}"`;
}
