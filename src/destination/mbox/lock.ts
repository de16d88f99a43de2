import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lockWholeFile, unlockWholeFile } from '../../durable/kernel-lock.ts';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import { Failure } from '../../errors.ts';
import { type Dotlock, type Locker, pidIn, takeDotlock } from './dotlock.ts';
import { isStillAt, noRoomForLock, openMailboxFile } from './mailbox-file.ts';
import type { Turns } from './turns.ts';

export interface LockOptions {
  readonly locker: Locker;
  /** Of all destinations in this process. */
  readonly turns: Turns;
  /** ms. */
  readonly wait: number;
  readonly signal: AbortSignal;
  /** Called where the kernel cannot lock the file. */
  readonly onDotlockAlone: () => void;
}

/** An mbox that is ours until it is let go, or until the process ends. */
export interface LockedMailbox {
  readonly fd: number;
  /** The locks were respected: nobody replaced the file or took the lock away. */
  isOurs(): boolean;
  release(): void;
}

/** ms between two tries: at first and at most. */
const [firstPause, longestPause] = [10, 250];

/**
 * Opens an mbox and locks it as Debian Policy 11.6 has it: fcntl first, then the dotlock; when the second is not to be
 * had, the first is given back before the next try, so that programs which take them the other way round are never
 * waited for in a circle. Throws a Failure, `destination_locked` when the waiting was in vain.
 */
export async function lockMailbox(file: string, options: LockOptions): Promise<LockedMailbox> {
  const { turns, wait } = options;
  const patience = AbortSignal.timeout(wait);
  const signal = AbortSignal.any([options.signal, patience]);
  let endTurn: (() => void) | undefined;
  try {
    endTurn = await turns.take(file, signal);
    const locked = await tryUntil(file, options, signal);
    return releasing(locked, endTurn);
  } catch (error) {
    endTurn?.();
    if (options.signal.aborted) throw interrupted(options.signal.reason);
    throw patience.aborted && !(error instanceof Failure) ? lockedElsewhere(file, wait) : error;
  }
}

function releasing(locked: LockedMailbox, endTurn: () => void): LockedMailbox {
  return {
    ...locked,
    release() {
      locked.release();
      endTurn();
    },
  };
}

async function tryUntil(
  file: string,
  options: LockOptions,
  signal: AbortSignal,
): Promise<LockedMailbox> {
  for (let ms = firstPause; ; ms = Math.min(2 * ms, longestPause)) {
    const locked = tryLock(file, options);
    if (locked !== undefined) return locked;
    await pause(ms, undefined, { signal });
  }
}

function tryLock(file: string, options: LockOptions): LockedMailbox | undefined {
  const fd = openMailboxFile(file);
  let dotlock: Dotlock | undefined;
  try {
    const outcome = lockWholeFile(fd);
    if (outcome === 'held elsewhere' || !isStillAt(file, fd)) return undefined;
    if (outcome === 'unsupported') options.onDotlockAlone();
    dotlock = takeDotlockFor(file, options.locker);
    return dotlock && lockedMailbox(file, fd, dotlock);
  } finally {
    // With the descriptor, the kernel's lock goes.
    if (dotlock === undefined) fs.closeSync(fd);
  }
}

function takeDotlockFor(file: string, locker: Locker): Dotlock | undefined {
  try {
    return takeDotlock(`${file}.lock`, locker);
  } catch (error) {
    if (errnoOf(error) === 'EACCES') throw noRoomForLock(file, error);
    throw storageFailure(error, `${file}.lock`);
  }
}

function lockedMailbox(file: string, fd: number, dotlock: Dotlock): LockedMailbox {
  return {
    fd,
    isOurs: () => dotlock.isStillThere() && isStillAt(file, fd),
    release() {
      quietly(() => dotlock.release());
      // Closing alone would not do where a child process was begun this moment, and has the descriptor too.
      quietly(() => unlockWholeFile(fd));
      quietly(() => fs.closeSync(fd));
    },
  };
}

/** A lock that is left has our mark, and the kernel's ends with the process; what was written is synced. */
function quietly(step: () => void): void {
  try {
    step();
  } catch {
    // The other steps matter more.
  }
}

function lockedElsewhere(file: string, wait: number): Failure {
  const name = path.basename(file);
  const pid = pidIn(`${file}.lock`);
  const isThere = fs.existsSync(`${file}.lock`);
  const who = pid === undefined ? '' : ` by process ${pid}`;
  const reason = isThere ? `locked${who} (${name}.lock is there)` : 'locked by another program';
  return new Failure('destination_locked', `${file}: ${reason}`, {
    phase: 'deliver',
    path: file,
    reason,
    seconds: Math.round(wait / 1000),
    ...(isThere && { hint: `If no program uses the file, remove ${file}.lock.` }),
  });
}

function interrupted(reason: unknown): Failure {
  if (reason instanceof Failure) return reason;
  return new Failure('interrupted', 'stopped while waiting for a lock', { phase: 'deliver' });
}
