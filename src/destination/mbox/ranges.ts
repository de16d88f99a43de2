import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeFully } from '../../durable/file.ts';
import { Failure } from '../../errors.ts';

/** Some octets of an open file. */
export interface Range {
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
}

/** What is written at once: a batch of usual size in one call, of which a kill leaves all or nothing. */
const chunkSize = 2 ** 20;

/** Writes ranges of other files, behind `first`, one behind the other from `at` on. Throws the system's error. */
export async function writeRanges(
  fd: number,
  at: number,
  first: Uint8Array,
  ranges: readonly Range[],
): Promise<void> {
  const total = ranges.reduce((sum, { length }) => sum + length, first.length);
  const buffer = Buffer.allocUnsafe(Math.min(total, chunkSize));
  buffer.set(first);
  let filled = first.length;
  let position = at;
  for (const { fd: from, offset, length } of ranges) {
    for (let done = 0; done < length; ) {
      if (filled === buffer.length) {
        writeFully(fd, buffer, position);
        position += filled;
        filled = 0;
        // A large message must not hold up the other accounts.
        await nextTurn();
      }
      const room = buffer.subarray(filled, filled + length - done);
      readFully(from, room, offset + done);
      filled += room.length;
      done += room.length;
    }
  }
  writeFully(fd, buffer.subarray(0, filled), position);
}

/** SHA-256 of a range, behind `first`, hex; undefined where the file ends before it. */
export function hashOf(
  { fd, offset, length }: Range,
  first: Uint8Array = Buffer.alloc(0),
): string | undefined {
  if (fs.fstatSync(fd).size < offset + length) return undefined;
  const hash = createHash('sha256').update(first);
  for (const chunk of chunksOf({ fd, offset, length })) hash.update(chunk);
  return hash.digest('hex');
}

/** Puts the octets there once more, and so makes the next sync tell whether they can be on the disk. */
export function rewrite(range: Range): void {
  let at = range.offset;
  for (const chunk of chunksOf(range)) {
    writeFully(range.fd, chunk, at);
    at += chunk.length;
  }
}

/** Whether a range is what `whole` begins with, but for octets that never reached the disk and read as NUL. */
export function isBeginningOf(range: Range, whole: Range): boolean {
  const other = Buffer.allocUnsafe(Math.min(range.length, chunkSize));
  let at = whole.offset;
  for (const chunk of chunksOf(range)) {
    const wanted = other.subarray(0, chunk.length);
    readFully(whole.fd, wanted, at);
    at += chunk.length;
    if (!chunk.equals(wanted) && chunk.some((octet, i) => octet !== 0 && octet !== wanted[i]))
      return false;
  }
  return true;
}

/** Views of one buffer. */
function* chunksOf({ fd, offset, length }: Range): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(length, chunkSize));
  for (let done = 0; done < length; ) {
    const chunk = buffer.subarray(0, length - done);
    readFully(fd, chunk, offset + done);
    yield chunk;
    done += chunk.length;
  }
}

function readFully(fd: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length; ) {
    const read = fs.readSync(fd, into, done, into.length - done, position + done);
    if (read === 0) {
      const reason = 'a file became shorter while it was read';
      throw new Failure('io_error', reason, { phase: 'deliver', reason });
    }
    done += read;
  }
}
