import fs from 'node:fs';
import type { MboxPlace } from './place.ts';
import { hashOf } from './ranges.ts';
import { headOf } from './record.ts';

/** Longer lines are no `From ` lines of ours. */
const longestLine = 512;
const chunkSize = 2 ** 20;
const mark = Buffer.from('\nFrom ', 'latin1');

/** Tells whether the record at an offset is the one of a place. */
export type Recognition = (fd: number, offset: number) => (place: MboxPlace) => boolean;

/** Where these records stand in a file that was changed; each position is found for one of them, `taken` for none. */
export function recordsWith(
  fd: number,
  places: readonly MboxPlace[],
  taken: ReadonlySet<number>,
  recognition: Recognition = octetForOctet,
): ReadonlyMap<MboxPlace, number> {
  const found = new Map<MboxPlace, number>();
  if (places.length === 0) return found;
  for (const { offset, line } of fromLines(fd)) {
    if (taken.has(offset)) continue;
    const head = headOf(line);
    const alike = places.filter((place) => !found.has(place) && place.head === head);
    const here = alike.length === 0 ? undefined : alike.find(recognition(fd, offset));
    if (here !== undefined) found.set(here, offset);
    if (found.size === places.length) break;
  }
  return found;
}

function octetForOctet(fd: number, offset: number): (place: MboxPlace) => boolean {
  return ({ length, sha256 }) => hashOf({ fd, offset, length }) === sha256;
}

/** Each line that begins with `From `, its line end included. */
function* fromLines(fd: number): Generator<{ readonly offset: number; readonly line: Buffer }> {
  const buffer = Buffer.allocUnsafe(chunkSize);
  // The first line has no line end above it: one is put there.
  buffer[0] = mark[0] ?? 0;
  let filled = 1;
  /** Of the buffer's first octet in the file. */
  let start = -1;
  for (;;) {
    const read = fs.readSync(fd, buffer, filled, buffer.length - filled, start + filled);
    const isEnd = read === 0;
    filled += read;
    const bytes = buffer.subarray(0, filled);
    // What is near the end is looked at when more is behind it.
    const edge = isEnd ? filled : filled - longestLine;
    let at = 0;
    for (at = bytes.indexOf(mark); at !== -1 && at < edge; at = bytes.indexOf(mark, at + 1)) {
      const end = bytes.indexOf('\n', at + 1);
      if (end !== -1 && end - at <= longestLine)
        yield { offset: start + at + 1, line: bytes.subarray(at + 1, end + 1) };
    }
    if (isEnd) return;
    const kept = at === -1 ? Math.max(0, filled - mark.length + 1) : at;
    const from = Math.max(0, Math.min(kept, filled));
    buffer.copyWithin(0, from, filled);
    start += from;
    filled -= from;
  }
}
