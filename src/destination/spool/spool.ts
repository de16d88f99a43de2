import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../durable/file.ts';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import { Failure } from '../../errors.ts';
import type { Intent } from '../../mail/intent.ts';
import { parsePlace } from './place.ts';

/** What nobody claims any more is removed after this long: the destination it belonged to was changed. */
const abandonedAfter = 7 * 24 * 3600 * 1000;

/** Makes the folder, 0700, and refuses one that others could look or write into. */
export async function prepareSpool(folder: string): Promise<void> {
  await makeDirectory(folder, 0o700);
  try {
    const stat = fs.lstatSync(folder);
    if (stat.isSymbolicLink() || (stat.mode & 0o077) !== 0) throw unsafe(folder);
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    throw storageFailure(error, folder);
  }
}

function unsafe(folder: string): Failure {
  const reason = 'mail on its way must be private';
  const hint = `Remove the folder, or run: chmod 700 ${folder}`;
  return new Failure('config', `${folder}: ${reason}`, {
    phase: 'deliver',
    path: folder,
    reason,
    hint,
  });
}

/** The size of a spool file that is there and holds what the intent says; undefined otherwise. */
export function wholeFileSize(file: string, intent: Intent): number | undefined {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = fs.fstatSync(fd);
    const isWhole = size >= intent.size && hashFrom(fd, size - intent.size) === intent.sha256;
    return isWhole ? size : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

function hashFrom(fd: number, start: number): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(64 * 1024);
  for (let at = start; ; ) {
    const read = fs.readSync(fd, buffer, 0, buffer.length, at);
    if (read === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, read));
    at += read;
  }
}

/** Removes messages of this owner that were never promised, and what has been nobody's for a week. */
export function sweepSpool(
  { folder, owner }: { readonly folder: string; readonly owner: string },
  isKept: (name: string) => boolean,
): void {
  const now = Date.now();
  for (const name of fs.readdirSync(folder)) {
    if (isKept(name)) continue;
    const file = path.join(folder, name);
    const isOurs = name.startsWith(`${owner}.`);
    const isMessage = parsePlace(name) !== undefined;
    const isAbandoned = () => now - fs.lstatSync(file).mtimeMs > abandonedAfter;
    if (isOurs ? isMessage : isAbandoned()) fs.rmSync(file, { force: true });
  }
}
