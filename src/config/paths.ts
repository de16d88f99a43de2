import { resolve } from 'node:path';
import { described, matching } from './json-schema.ts';
import { withoutLogins } from './mask.ts';
import { nearest } from './nearest.ts';
import {
  type PlaceholderName,
  type Placeholders,
  placeholderNames,
  type Read,
  type Reading,
} from './reading.ts';
import type { Span } from './tree.ts';
import { quoted, readText } from './values.ts';

/** A path as the user wrote it (placeholders filled in) and its absolute form without a slash at the end. */
export interface WrittenPath {
  readonly written: string;
  readonly absolute: string;
}

/** An absolute path or one below `~`; `{account}`, `{email}`, `{user}` and `{host}` are filled in. */
export const readPath: Read<WrittenPath> = described(
  () => matching('^(?:/|~$|~/)'),
  (tree, reading) => {
    const text = readText(tree, reading);
    if (text === undefined) return undefined;
    const tilde = text === '~' || text.startsWith('~/');
    if (!tilde && !text.startsWith('/')) return reading.report(tree, relative(text), remedy(text));
    const written = filledIn(text, tree, reading);
    if (written === undefined) return undefined;
    const absolute = tilde ? resolve(reading.home, `.${written.slice(1)}`) : resolve(written);
    return { written, absolute };
  },
);

function relative(text: string): string {
  if (text.startsWith('~')) return `${quoted(text)} names another user's home folder`;
  return `relative path ${quoted(text)}`;
}

function remedy(text: string): string {
  if (text.startsWith('~')) return 'write an absolute path';
  return `write ~/${withoutLogins(text).replace(/^(?:\.\/)+/, '')} or an absolute path`;
}

/** Placeholders in something that becomes part of a path; unknown ones are reported. */
export function filledIn(text: string, span: Span, reading: Reading): string | undefined {
  let complete = true;
  const filled = text.replace(/\{([A-Za-z]*)\}/g, (whole, name: string) => {
    const value = placeholderValue(name, span, reading);
    if (value === undefined) complete = false;
    return value ?? whole;
  });
  return complete ? filled : undefined;
}

function placeholderValue(name: string, span: Span, reading: Reading): string | undefined {
  const known = knownPlaceholder(name);
  if (known === undefined || reading.placeholders === undefined) {
    const near = reading.placeholders === undefined ? undefined : nearest(name, placeholderNames);
    const hint = near === undefined ? onlyThese(reading.placeholders) : `did you mean {${near}}?`;
    return reading.report(span, `{${name}} means nothing here`, hint);
  }
  const value = reading.placeholders[known];
  if (value === undefined)
    return reading.report(
      span,
      `{${known}} is not set for account ${reading.placeholders.account ?? ''}`,
      `add ${known} to the account, or write the path without it`,
    );
  // A name from the configuration must not lead out of the folder that the path seems to name.
  if (value.includes('/') || value === '.' || value === '..')
    return reading.report(span, `{${known}} is "${value}", which cannot be part of a path`);
  return value;
}

function onlyThese(placeholders: Placeholders | undefined): string {
  if (placeholders === undefined) return 'only the settings of an account have names to fill in';
  return `there are ${placeholderNames.map((name) => `{${name}}`).join(', ')}`;
}

function knownPlaceholder(name: string): PlaceholderName | undefined {
  return placeholderNames.find((known) => known === name);
}

/** One word of a command: `~/` at its beginning and placeholders that are set expand, other braces stay. */
export function expandedWord(word: string, { home, placeholders = {} }: Reading): string {
  const filled = filledWord(word, placeholders);
  return word === '~' || word.startsWith('~/') ? `${home}${filled.slice(1)}` : filled;
}

/** A word in which the placeholders that are set stand for their values; other braces stay. */
export function filledWord(word: string, placeholders: Placeholders): string {
  return word.replace(/\{([a-z]+)\}/g, (whole, name: string) => {
    const known = knownPlaceholder(name);
    return (known === undefined ? undefined : placeholders[known]) ?? whole;
  });
}
