import fs from 'node:fs';
import { lockWholeFile } from '../durable/kernel-lock.ts';
import { errnoOf } from '../durable/storage-failure.ts';
import { isRunning } from '../util/running.ts';
import type { ToolLock } from './plan.ts';

/** The first of these locks that a running program holds. Nothing is waited for, and nothing stays locked. */
export function heldLock(locks: readonly ToolLock[]): ToolLock | undefined {
  return locks.find(isHeld);
}

function isHeld({ kind, file }: ToolLock): boolean {
  switch (kind) {
    case 'pid':
      return isRunning(pidIn(file));
    case 'fcntl':
      return isLockedByOther(file);
    case 'exists':
      return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    default:
      return kind satisfies never;
  }
}

function pidIn(file: string): number {
  try {
    return Number.parseInt(fs.readFileSync(file, 'latin1'), 10);
  } catch {
    // No file, no process; one that cannot be read is another user's.
    return Number.NaN;
  }
}

/** A lock that excludes others wants a descriptor that may write. The file itself is left alone. */
function isLockedByOther(file: string): boolean {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDWR);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    return lockWholeFile(fd) === 'held elsewhere';
  } finally {
    fs.closeSync(fd);
  }
}
