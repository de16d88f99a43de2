import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { storageFailure } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';
import { currentBootId } from './boot.ts';
import { type Holder, isAlive, readHolder, startOfProcess } from './holder.ts';
import { type KernelGuard, kernelGuards, type TakeGuard } from './kernel-guard.ts';

/** Held until disposed, or until the process ends in whatever way. */
export interface AccountLock extends AsyncDisposable {
  /** Throws a Failure with code `locked` when the lock is no longer ours: the folder was removed or replaced. */
  assertHeld(): void;
}

export interface LockOptions {
  /** ms since 1970, for people who ask who holds it. */
  readonly now: () => number;
  /** ms to wait for another holder. */
  readonly wait?: number;
  readonly signal?: AbortSignal | undefined;
  readonly guards?: readonly TakeGuard[];
}

/** How often a waiting process looks again, ms. */
const lookAgainEvery = 100;

/**
 * One holder per account. The kernel decides who that is: a stopped, suspended or slow holder keeps the lock, a dead one
 * has lost it at once. Beneath, a lock directory as other programs know it tells those whom no kernel lock reaches.
 * Throws a Failure with code `locked`, which names the holder, when it is held elsewhere.
 */
export async function lockAccount(directory: string, options: LockOptions): Promise<AccountLock> {
  const { now, wait = 0, signal, guards = kernelGuards } = options;
  const file = path.join(directory, 'lock');
  // The waiting is counted in tries: a clock that jumps neither ends nor prolongs it.
  for (let left = wait; ; left -= lookAgainEvery) {
    const outcome = await tryLock(file, now, guards).catch((error: unknown) => {
      throw storageFailure(error, file, 'state');
    });
    if (!('heldBy' in outcome)) return outcome;
    if (left <= 0) throw lockedElsewhere(file, outcome.heldBy);
    await pauseUnlessAborted(Math.min(left, lookAgainEvery), signal);
  }
}

type Outcome = AccountLock | { readonly heldBy: Holder | undefined };

async function tryLock(
  file: string,
  now: () => number,
  guards: readonly TakeGuard[],
): Promise<Outcome> {
  const fd = openLockFile(file);
  let taken: AccountLock | undefined;
  try {
    const guard = await takeFirst(guards, fd, file);
    if (guard === 'held elsewhere') return { heldBy: readHolder(fd) };
    const outcome = await claim(file, fd, guard, now);
    if (!('heldBy' in outcome)) taken = outcome;
    else await guard?.release();
    return outcome;
  } finally {
    if (taken === undefined) fs.closeSync(fd);
  }
}

/** The guard is ours; see that nobody holds the account by other means, and say that we do. */
async function claim(
  file: string,
  fd: number,
  guard: KernelGuard | undefined,
  now: () => number,
): Promise<Outcome> {
  const before = readHolder(fd);
  // Somebody whom another kind of guard protects, or a file that was replaced while we waited for it.
  if (before !== undefined && before.guard !== guard?.kind && isAlive(before)) {
    return { heldBy: before };
  }
  if (!isStillThere(file, fd)) return { heldBy: undefined };
  const directory = await lockDirectory(file, guard !== undefined);
  if (directory === 'held elsewhere') return { heldBy: before };
  const us: Holder = {
    pid: process.pid,
    processStart: startOfProcess(process.pid),
    startedAt: now(),
    bootId: currentBootId(),
    token: randomUUID(),
    guard: guard?.kind,
  };
  fs.ftruncateSync(fd);
  fs.writeSync(fd, `${JSON.stringify(us)}\n`, 0);
  return new HeldLock(file, fd, guard, directory);
}

class HeldLock implements AccountLock {
  readonly #file: string;
  readonly #guard: KernelGuard | undefined;
  readonly #directory: LockDirectory;
  #fd: number | undefined;

  constructor(file: string, fd: number, guard: KernelGuard | undefined, directory: LockDirectory) {
    this.#file = file;
    this.#fd = fd;
    this.#guard = guard;
    this.#directory = directory;
  }

  assertHeld(): void {
    const byDirectoryAlone = this.#guard === undefined;
    if (
      this.#fd !== undefined &&
      isStillThere(this.#file, this.#fd) &&
      !(byDirectoryAlone && this.#directory.isCompromised())
    ) {
      return;
    }
    throw new Failure('locked', `${this.#file}: the lock was taken away`, {
      phase: 'state',
      path: this.#file,
      reason: 'the lock was taken away while it was held',
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      await this.#directory.release();
      // Nobody is named as holder when there is none; the file stays, so that its inode does.
      fs.ftruncateSync(fd);
    } catch {
      // A leftover: the next holder has the guard, and clears it away.
    }
    await this.#guard?.release();
    try {
      fs.closeSync(fd);
    } catch {
      // The descriptor is gone all the same, and nothing that counts was written to it.
    }
  }
}

interface LockDirectory {
  isCompromised(): boolean;
  release(): Promise<void>;
}

/** proper-lockfile's directory. Loaded here because it costs a start 10 ms that `check` or `--help` need not pay. */
async function lockDirectory(
  file: string,
  underGuard: boolean,
): Promise<LockDirectory | 'held elsewhere'> {
  const { default: lockfile } = await import('proper-lockfile');
  const lockfilePath = `${file}.d`;
  // Under the kernel's guard whoever left it is dead, whatever its time stamp says.
  if (underGuard) fs.rmSync(lockfilePath, { recursive: true, force: true });
  let compromised = false;
  try {
    const release = await lockfile.lock(file, {
      lockfilePath,
      realpath: false,
      fs,
      stale: 60_000,
      // The default throws from a timer.
      onCompromised: () => {
        compromised = true;
      },
    });
    return {
      isCompromised: () => compromised,
      release: async () => {
        if (!compromised) await release();
      },
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') {
      return 'held elsewhere';
    }
    throw storageFailure(error, lockfilePath, 'state');
  }
}

async function takeFirst(
  guards: readonly TakeGuard[],
  fd: number,
  file: string,
): Promise<KernelGuard | 'held elsewhere' | undefined> {
  for (const take of guards) {
    const guard = await take(fd, file);
    if (guard !== 'unsupported') return guard;
  }
  return undefined;
}

function openLockFile(file: string): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;
  return fs.openSync(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
}

/** Whether the path still leads to the file that we hold: otherwise another process may hold the new one. */
function isStillThere(file: string, fd: number): boolean {
  const there = fs.lstatSync(file, { throwIfNoEntry: false });
  const ours = fs.fstatSync(fd);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

function lockedElsewhere(file: string, holder: Holder | undefined): Failure {
  return new Failure('locked', `${file}: held by ${holder?.pid ?? 'another process'}`, {
    phase: 'state',
    path: file,
    ...(holder !== undefined && { holder: { pid: holder.pid, since: holder.startedAt } }),
  });
}

async function pauseUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(ms, undefined, { signal });
  } catch (error) {
    if (signal?.aborted) {
      throw new Failure('interrupted', 'stopped while waiting', { phase: 'state' }, error);
    }
    throw error;
  }
}
