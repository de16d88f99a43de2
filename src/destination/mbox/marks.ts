import fs from 'node:fs';
import { writtenByServers } from '../../mail/fingerprint.ts';
import type { MboxPlace } from './place.ts';
import { hashOf } from './ranges.ts';

/** What mail readers write into the messages of an mbox: read, answered, how long. In lower case. */
const marks: ReadonlySet<string> = new Set([...writtenByServers, 'content-length', 'lines']);

/** In a header beyond this no marks are looked for. */
const largestHeader = 256 * 1024;

/** Tells whether the record at this offset is the one of a place, but for the marks of mail readers. */
export function sameButForMarks(fd: number, offset: number): (place: MboxPlace) => boolean {
  const header = headerAt(fd, offset);
  if (header === undefined) return () => false;
  const original = withoutMarks(header);
  return ({ length, sha256 }) => {
    const body = { fd, offset: offset + header.length, length: length - original.length };
    return body.length >= 0 && hashOf(body, original) === sha256;
  };
}

/** With the `From ` line above it and the empty line behind it. */
function headerAt(fd: number, offset: number): Buffer | undefined {
  const buffer = Buffer.alloc(largestHeader);
  const start = buffer.subarray(0, fs.readSync(fd, buffer, 0, buffer.length, offset));
  const end = start.indexOf('\n\n');
  return end === -1 ? undefined : start.subarray(0, end + 2);
}

/** Lines of a field that is continued go with it. */
function withoutMarks(header: Buffer): Buffer {
  const lines = header.toString('latin1').split(/(?<=\n)/);
  let isMark = false;
  const kept = lines.filter((line) => {
    if (!/^[ \t]/.test(line))
      isMark = marks.has((/^[^:\s]+(?=:)/.exec(line)?.[0] ?? '').toLowerCase());
    return !isMark;
  });
  return Buffer.from(kept.join(''), 'latin1');
}
