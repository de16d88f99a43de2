import { anyOf, described, mapOf, schemaOf } from './json-schema.ts';
import { parseDuration, parseSize, readDuration, readSize } from './quantities.ts';
import type { Read } from './reading.ts';
import { nameOf, readBoolean, readInteger } from './values.ts';

/** true: leave on server; false: delete after delivery; or delete so many ms after delivery. */
export type Keep = boolean | { readonly for: number };

/** The most that may lie in the maildrop. */
export type AtMost = { readonly octets: number } | { readonly count: number };

/** `true`, `false`, or a duration. */
export const readKeep: Read<Keep> = described(
  () => anyOf(schemaOf(readBoolean), schemaOf(readDuration('36500d'))),
  (tree, reading) => {
    const isDuration = tree.kind === 'text' && parseDuration(tree.text) !== undefined;
    if (!isDuration && tree.kind !== 'number') return readBoolean(tree, reading);
    const duration = readDuration('36500d')(tree, reading);
    return duration === undefined ? undefined : { for: duration };
  },
);

const readCount = readInteger(1, 1_000_000_000);

const FORMS = 'write it like 900MB or {count: 500}';

/** A size, or `{count: NUMBER}`. */
export const readAtMost: Read<AtMost> = described(
  () => anyOf(schemaOf(readSize), mapOf({ count: schemaOf(readCount) }, ['count'])),
  (tree, reading) => {
    if (tree.kind === 'map') {
      const [first, second] = tree.entries;
      if (first?.key !== 'count' || second !== undefined)
        return reading.report(tree, 'expected a size or count', FORMS);
      const count = readCount(first.value, reading);
      return count === undefined ? undefined : { count };
    }
    const octets = tree.kind === 'text' ? parseSize(tree.text) : undefined;
    if (octets !== undefined && octets > 0) return { octets };
    return reading.report(tree, `expected a size or count, found ${nameOf(tree)}`, FORMS);
  },
);
