import fs from 'node:fs';
import { lockWholeFile } from '../durable/kernel-lock.ts';
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

/** As the kernel lists them; where it lists none, or not all, by trying. */
function isLockedByOther(file: string): boolean {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return false;
  return listedLocks().has(lockedFile(stats)) || isLockRefused(file);
}

/** A lock that excludes others wants a descriptor that may write. The file itself is left alone. */
function isLockRefused(file: string): boolean {
  const fd = fs.openSync(file, fs.constants.O_RDWR);
  try {
    return lockWholeFile(fd) === 'held elsewhere';
  } finally {
    fs.closeSync(fd);
  }
}

/** Files that somebody holds a lock on, by proc_locks(5); empty on other systems than Linux. */
function listedLocks(): ReadonlySet<string> {
  try {
    return filesIn(fs.readFileSync('/proc/locks', 'latin1'));
  } catch {
    return new Set();
  }
}

/** `MAJOR:MINOR:INODE`, the first two in hexadecimal, of each POSIX lock that is held and not waited for. */
export function filesIn(locks: string): ReadonlySet<string> {
  const form = /^\d+: (?:POSIX|OFDLCK) +\S+ +\S+ +-?\d+ +([0-9a-f]+):([0-9a-f]+):(\d+) /gm;
  const found = [...locks.matchAll(form)];
  return new Set(found.map(([, major = '', minor = '', inode = '']) => named(major, minor, inode)));
}

function lockedFile({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  // As makedev(3) of glibc puts them together.
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return named(major.toString(16), minor.toString(16), String(ino));
}

function named(major: string, minor: string, inode: string): string {
  const plain = (number: string): string => number.replace(/^0+(?=.)/, '');
  return `${plain(major)}:${plain(minor)}:${inode}`;
}
