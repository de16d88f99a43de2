import fs from 'node:fs';
import path from 'node:path';
import { storageFailure } from './storage-failure.ts';

/**
 * Replaces a file so that after a crash or a power cut at any moment it holds the old content or the new, never less
 * (unsynced: only a crash of the process). Throws a Failure that names the file. Beware: two processes replacing the same file at once disturb each other.
 */
export async function replaceFile(
  file: string,
  bytes: Uint8Array,
  mode: number,
  durability: 'synced' | 'not synced' = 'synced',
): Promise<void> {
  const next = `${file}.new`;
  try {
    fs.rmSync(next, { force: true });
    await writeNew(next, bytes, mode, durability);
    fs.renameSync(next, file);
  } catch (error) {
    fs.rmSync(next, { force: true });
    throw storageFailure(error, file);
  }
  if (durability === 'synced') await syncDirectory(path.dirname(file));
}

/** What was done to this folder's entries survives a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const fd = fs.openSync(directory, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    try {
      await fsync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (cannotSyncDirectories(error)) return;
    throw storageFailure(error, directory);
  }
}

/** Makes a folder and its missing parents, and sees that their names survive a power cut. */
export async function makeDirectory(directory: string, mode: number): Promise<void> {
  try {
    if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
    const parent = path.dirname(directory);
    if (parent !== directory) await makeDirectory(parent, mode);
    mkdirUnlessThere(directory, mode);
  } catch (error) {
    throw storageFailure(error, directory);
  }
  await syncDirectory(path.dirname(directory));
}

/** Whether a folder is there, or could be made. Changes nothing; throws a Failure where it could not. */
export function examineDirectory(directory: string): 'there' | 'to be made' {
  try {
    const stat = fs.statSync(directory, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return 'there';
    // Says what it is instead.
    if (stat !== undefined) fs.readdirSync(directory);
    const parent = path.dirname(directory);
    if (examineDirectory(parent) === 'there')
      fs.accessSync(parent, fs.constants.W_OK | fs.constants.X_OK);
    return 'to be made';
  } catch (error) {
    throw storageFailure(error, directory);
  }
}

/**
 * Handing a sync to the thread pool and back costs 24 µs. Where the disk takes no longer (memory, a controller with a
 * battery), it is done at once.
 */
const handOverMs = 0.03;
/** After so many slow ones in a row the pool does them for good: a disk that works must not stop everything else. */
const patience = 4;
let slowInARow = 0;

/** fsync(2), unless it takes time on this disk: then it returns false, and `fsync` is to be used. */
export function fsyncAtOnce(fd: number): boolean {
  if (slowInARow >= patience) return false;
  timed(fs.fsyncSync, fd);
  return true;
}

/** fsync(2), where it takes time on the thread pool, so that several run at once. Rejects with the system's error. */
export function fsync(fd: number): Promise<void> {
  if (slowInARow < patience) return atOnce(fs.fsyncSync, fd);
  return new Promise((resolve, reject) => {
    fs.fsync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** fdatasync(2), likewise. */
export function fdatasync(fd: number): Promise<void> {
  if (slowInARow < patience) return atOnce(fs.fdatasyncSync, fd);
  return new Promise((resolve, reject) => {
    fs.fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function atOnce(sync: (fd: number) => void, fd: number): Promise<void> {
  timed(sync, fd);
}

function timed(sync: (fd: number) => void, fd: number): void {
  const began = performance.now();
  sync(fd);
  slowInARow = performance.now() - began < handOverMs ? 0 : slowInARow + 1;
}

/** Writes all of it: one write may take a part only. Throws the system's error as it is. */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null = null): void {
  let written = 0;
  while (written < bytes.length) {
    const at = position === null ? null : position + written;
    written += fs.writeSync(fd, bytes, written, bytes.length - written, at);
  }
}

/** A file that did not exist before, and is no link that somebody put there. */
export function createFile(file: string, mode: number): number {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
  return fs.openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
}

async function writeNew(
  file: string,
  bytes: Uint8Array,
  mode: number,
  durability: 'synced' | 'not synced',
): Promise<void> {
  const fd = createFile(file, mode);
  try {
    writeFully(fd, bytes);
    if (durability === 'synced') await fsync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function mkdirUnlessThere(directory: string, mode: number): void {
  try {
    fs.mkdirSync(directory, { mode });
  } catch (error) {
    // Another process may have been quicker; a file in its place is not a folder.
    if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Some network file systems have no such thing (fsync(2): EINVAL). */
function cannotSyncDirectories(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EINVAL' || error.code === 'ENOTSUP' || error.code === 'ENOSYS')
  );
}
