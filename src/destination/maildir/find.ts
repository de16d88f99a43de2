import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../../durable/storage-failure.ts';
import type { Checked, StoredPlace } from '../destination.ts';
import { foldersOf } from './folders.ts';
import { messageOfName, parseName } from './unique-name.ts';

/**
 * The files of a Maildir by the part of their names that no reader changes. A reader moves messages from `new/` to
 * `cur/`: looking in this order misses none. Empty where there is no Maildir. Throws the system's error.
 */
export function filesByBase(root: string): ReadonlyMap<string, string> {
  const folders = foldersOf(root);
  const files = new Map<string, string>();
  for (const folder of [folders.new, folders.cur])
    for (const name of namesIn(folder)) files.set(parseName(name).base, path.join(folder, name));
  return files;
}

/** What stands for each message of ours in a Maildir, those included that a reader moved to a folder in it. */
export function messagesIn(root: string): ReadonlySet<string> {
  const found = new Set<string>();
  const inner = namesIn(root).filter((name) => name.startsWith('.'));
  for (const maildir of [root, ...inner.map((name) => path.join(root, name))])
    for (const folder of [foldersOf(maildir).new, foldersOf(maildir).cur])
      for (const name of namesIn(folder)) {
        const message = messageOfName(name);
        if (message !== undefined) found.add(message);
      }
  return found;
}

/** The file of a place of ours; undefined where it is gone. */
export function fileAt(files: ReadonlyMap<string, string>, place: string): string | undefined {
  return files.get(parseName(place).base);
}

/** Whether a message is where it was put, or where a reader moved it within the Maildir, and as it was. */
export function checkFile(files: ReadonlyMap<string, string>, stored: StoredPlace): Checked {
  const file = fileAt(files, stored.place);
  if (file === undefined) return { state: 'missing' };
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { state: 'missing' };
    throw error;
  }
  try {
    return { state: isWhole(fd, stored) ? 'intact' : 'changed' };
  } finally {
    fs.closeSync(fd);
  }
}

/** Whether the file holds the message as it was delivered, whatever trace lines are above it. */
export function isWhole(fd: number, { place, size, sha256 }: StoredPlace): boolean {
  const { fileSize } = parseName(place);
  const stat = fs.fstatSync(fd);
  const traceLength = stat.size - size;
  if (!stat.isFile() || stat.size !== (fileSize ?? stat.size) || traceLength < 0) return false;
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(64 * 1024);
  for (let at = traceLength; ; ) {
    const read = fs.readSync(fd, buffer, 0, buffer.length, at);
    if (read === 0) break;
    hash.update(buffer.subarray(0, read));
    at += read;
  }
  return hash.digest('hex') === sha256;
}

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    // A file beside Maildir++ folders is none.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
