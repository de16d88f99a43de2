import fs from 'node:fs';

/** One line of a file, as octets in place: valid until the next one is asked for. */
export interface LineView {
  readonly bytes: Buffer;
  /** Without its LF. */
  readonly start: number;
  readonly end: number;
  /** Where in the file it begins, and where the next one does. */
  readonly offset: number;
  readonly next: number;
}

/** No line that we write is longer: a unique-id has at most 64 KiB. Longer ones are shown as empty, which is damage. */
export const longestLine = 1024 * 1024;

const LF = 0x0a;
const chunkSize = 256 * 1024;

/** The lines of a file that end with LF, in a buffer that grows with the longest line only. */
export function* linesOf(fd: number): Generator<LineView> {
  let bytes = Buffer.allocUnsafe(chunkSize);
  let filled = 0;
  /** File offset of `bytes[0]`. */
  let base = 0;
  let isTooLong = false;
  for (;;) {
    const read = fs.readSync(fd, bytes, filled, bytes.length - filled, base + filled);
    if (read === 0) return;
    filled += read;
    let start = 0;
    for (let end = lineEnd(bytes, 0, filled); end !== -1; end = lineEnd(bytes, start, filled)) {
      const offset = base + start;
      yield { bytes, start: isTooLong ? end : start, end, offset, next: base + end + 1 };
      isTooLong = false;
      start = end + 1;
    }
    bytes.copyWithin(0, start, filled);
    filled -= start;
    base += start;
    if (filled > longestLine) {
      isTooLong = true;
      base += filled;
      filled = 0;
    } else if (filled === bytes.length) bytes = Buffer.concat([bytes], 2 * bytes.length);
  }
}

/** Where the last line that ends with LF ends; 0 where there is none. */
export function endOfLines(fd: number): number {
  const bytes = Buffer.allocUnsafe(4096);
  let end = fs.fstatSync(fd).size;
  while (end > 0) {
    const start = Math.max(0, end - bytes.length);
    const read = fs.readSync(fd, bytes, 0, end - start, start);
    const last = bytes.subarray(0, read).lastIndexOf(LF);
    if (last !== -1) return start + last + 1;
    end = start;
  }
  return 0;
}

function lineEnd(bytes: Buffer, start: number, filled: number): number {
  const end = bytes.indexOf(LF, start);
  return end >= filled ? -1 : end;
}
