import fs from 'node:fs';
import { join } from 'node:path';
import { errnoOf, storageFailure } from '../durable/storage-failure.ts';

/** One message in a file. */
export interface Copy {
  readonly file: string;
  /** Where it begins and ends in it, in octets. */
  readonly start: number;
  readonly end: number;
}

/**
 * The messages below a path: a Maildir with the folders in it, an mbox, or a folder of both. What is neither is passed
 * over, and so is what is being delivered (`tmp/`). A file that goes while it is looked for counts for nothing.
 */
export function* copiesIn(path: string): Generator<Copy> {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() === true) yield* inMbox(path);
  if (stat?.isDirectory() !== true) return;
  for (const entry of entriesOf(path)) {
    const inner = join(path, entry.name);
    if (entry.isDirectory() && (entry.name === 'cur' || entry.name === 'new'))
      yield* inFolder(inner);
    else if (entry.isDirectory() && entry.name !== 'tmp') yield* copiesIn(inner);
    else if (entry.isFile()) yield* inMbox(inner);
  }
}

/** Of a Maildir: a message a file. */
function* inFolder(folder: string): Generator<Copy> {
  for (const entry of entriesOf(folder)) {
    if (!entry.isFile()) continue;
    const file = join(folder, entry.name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat !== undefined) yield { file, start: 0, end: stat.size };
  }
}

function entriesOf(folder: string): readonly fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageFailure(error, folder);
  }
}

const separator = Buffer.from('\nFrom ', 'latin1');
const first = separator.subarray(1);
const chunkSize = 2 ** 20;

/** A message begins behind a `From ` line, which stands at the beginning or below an empty line. */
function* inMbox(file: string): Generator<Copy> {
  const fd = openIfThere(file);
  if (fd === undefined) return;
  try {
    const head = Buffer.alloc(first.length);
    if (fs.readSync(fd, head, 0, head.length, 0) < head.length || !head.equals(first)) return;
    let start = 0;
    for (const next of separatorsIn(fd)) {
      yield { file, start: lineEnd(fd, start), end: next };
      start = next;
    }
    yield { file, start: lineEnd(fd, start), end: fs.fstatSync(fd).size };
  } finally {
    fs.closeSync(fd);
  }
}

/** Where each `From ` line begins below an empty one, in octets from the beginning. */
function* separatorsIn(fd: number): Generator<number> {
  const buffer = Buffer.allocUnsafe(chunkSize);
  let filled = 0;
  /** Of the buffer's first octet in the file. */
  let start = 0;
  for (;;) {
    const read = fs.readSync(fd, buffer, filled, buffer.length - filled, start + filled);
    if (read === 0) return;
    filled += read;
    const bytes = buffer.subarray(0, filled);
    // What is above it stays in the buffer too.
    for (let at = bytes.indexOf(separator, 2); at !== -1; at = bytes.indexOf(separator, at + 1))
      if (/\n\r?$/.test(bytes.toString('latin1', at - 2, at))) yield start + at + 1;
    const kept = Math.min(filled, separator.length + 1);
    buffer.copyWithin(0, filled - kept, filled);
    start += filled - kept;
    filled = kept;
  }
}

/** Longer ones are no `From ` lines. */
const longestLine = 1024;

/** Behind the line that begins there. */
function lineEnd(fd: number, start: number): number {
  const line = Buffer.alloc(longestLine);
  const read = fs.readSync(fd, line, 0, line.length, start);
  const end = line.subarray(0, read).indexOf('\n');
  return start + (end === -1 ? read : end + 1);
}

/** A header beyond this is that of no message. */
const largestHeader = 256 * 1024;
const usualHeader = 8 * 1024;

/** Its header with the empty line behind it; the whole of what is there where it has none. */
export function headerOf({ file, start, end }: Copy): Uint8Array {
  const fd = openIfThere(file);
  if (fd === undefined) return Buffer.alloc(0);
  try {
    for (let size = usualHeader; ; size *= 4) {
      const head = Buffer.allocUnsafe(Math.min(size, end - start));
      const read = head.subarray(0, fs.readSync(fd, head, 0, head.length, start));
      const at = endOfHeader(read);
      if (at !== undefined || size >= largestHeader || size >= end - start)
        return read.subarray(0, at);
    }
  } finally {
    fs.closeSync(fd);
  }
}

function endOfHeader(bytes: Buffer): number | undefined {
  const ends = ['\n\n', '\n\r\n'].flatMap((end) => {
    const at = bytes.indexOf(end);
    return at === -1 ? [] : [at + end.length];
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** How many octets it has behind so many, as it would have them on the wire: each line ends with CRLF. */
export function wireOctets({ file, start, end }: Copy, behind: number): number {
  const fd = openIfThere(file);
  if (fd === undefined) return 0;
  try {
    const buffer = Buffer.allocUnsafe(64 * 1024);
    let count = 0;
    let last = 0;
    for (let at = start + behind; at < end; ) {
      const read = fs.readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at);
      if (read === 0) break;
      count += read + bareLineEnds(buffer.subarray(0, read), last);
      last = buffer[read - 1] ?? 0;
      at += read;
    }
    return count;
  } finally {
    fs.closeSync(fd);
  }
}

const LF = 0x0a;
const CR = 0x0d;

function bareLineEnds(bytes: Buffer, before: number): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1))
    if ((at === 0 ? before : bytes[at - 1]) !== CR) count += 1;
  return count;
}

function openIfThere(file: string): number | undefined {
  try {
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ELOOP') return undefined;
    throw storageFailure(error, file);
  }
}
