import { described, matching } from './json-schema.ts';
import type { Read } from './reading.ts';
import { nameOf, orList } from './values.ts';

const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const DURATION_UNITS = Object.keys(MILLISECONDS);

const durationSchema = matching('^[0-9]{1,9}[smhd]$');

const DURATIONS = 'write it like 30s, 5m, 2h or 14d';

/** `30s 5m 2h 14d` in milliseconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const unit = match?.[2];
  if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd') return undefined;
  return Number(match?.[1]) * MILLISECONDS[unit];
}

/** A duration in milliseconds, not longer than `longest` (written the same way), never nothing. */
export function readDuration(longest: string): Read<number> {
  const most = parseDuration(longest) ?? Number.POSITIVE_INFINITY;
  return described(
    () => durationSchema,
    (tree, reading) => {
      if (tree.kind === 'number')
        return reading.report(
          tree,
          `${tree.source} has no unit`,
          withUnits(tree.value, DURATION_UNITS),
        );
      const duration = tree.kind === 'text' ? parseDuration(tree.text) : undefined;
      if (duration === undefined)
        return reading.report(tree, `expected a duration, found ${nameOf(tree)}`, DURATIONS);
      if (duration === 0) return reading.report(tree, 'no time at all', DURATIONS);
      return duration > most ? reading.report(tree, `longer than ${longest}`) : duration;
    },
  );
}

const OCTETS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const sizeSchema = matching('^[0-9]{1,9}(?:\\.[0-9]{1,3})? ?[kKmMgGtT]?[iI]?[bB]$');

const SIZES = 'write it like 900kB, 50MB or 2GB (or KiB, MiB, GiB)';

/** `900kB 50MB 2GB` (decimal) or `KiB MiB GiB` (binary) in octets; letters in any case. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([kmgt]?i?b)$/i.exec(text);
  const factor = OCTETS[match?.[2]?.toLowerCase() ?? ''];
  return factor === undefined ? undefined : Math.round(Number(match?.[1]) * factor);
}

/** A size in octets, never none. */
export const readSize: Read<number> = described(
  () => sizeSchema,
  (tree, reading) => {
    if (tree.kind === 'number')
      return reading.report(
        tree,
        `${tree.source} has no unit`,
        withUnits(tree.value, ['kB', 'MB', 'GB']),
      );
    const bare = tree.kind === 'text' ? /^(\d+) ?([kmgt])$/i.exec(tree.text) : undefined;
    if (bare) return reading.report(tree, `${nameOf(tree)} has no unit`, bareUnit(bare));
    const size = tree.kind === 'text' ? parseSize(tree.text) : undefined;
    if (size === undefined)
      return reading.report(tree, `expected a size, found ${nameOf(tree)}`, SIZES);
    return size === 0 ? reading.report(tree, 'no octet at all', SIZES) : size;
  },
);

function bareUnit(match: RegExpExecArray): string {
  const letter = match[2]?.toLowerCase() ?? '';
  return `write ${match[1]}${letter === 'k' ? 'k' : letter.toUpperCase()}B`;
}

function withUnits(value: number, units: readonly string[]): string {
  const number = Math.max(1, Math.round(Math.abs(value)));
  return `write ${orList(units.map((unit) => `${number}${unit}`))}`;
}
