import fs from 'node:fs';
import { Failure } from '../errors.ts';
import { fsync, fsyncAtOnce } from './file.ts';
import { errnoOf, storageFailure } from './storage-failure.ts';

/**
 * Runs fsyncs side by side, a bounded number at once: that is the group commit (six times the speed of one after the
 * other), and each holds a file descriptor until it is done.
 */
export class SyncWindow {
  readonly #limit: number;
  #running = 0;
  #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False: there is no room, `enter` waits for it. */
  enterAtOnce(): boolean {
    if (this.#running >= this.#limit) return false;
    this.#running += 1;
    return true;
  }

  /** Resolves when there is room; each `enter` is followed by one `syncAndClose`. */
  async enter(): Promise<void> {
    while (!this.enterAtOnce()) await this.oneDone();
  }

  /** Resolves, never rejects, with what went wrong: whoever asks for the result may come late or not at all. */
  async syncAndClose(fd: number, path: string): Promise<Failure | undefined> {
    const failure = await syncedAndClosed(fd, path);
    this.#running -= 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
    return failure;
  }

  /** As `withDescriptor`, for what is nearly always done at once: then nobody waits for a promise. */
  withDescriptorAtOnce<T>(action: () => T): T | Promise<T> {
    try {
      return action();
    } catch (error) {
      if (!isShortOfDescriptors(error)) throw error;
      return this.oneDone().then(action);
    }
  }

  /** When descriptors are short, those of the syncs under way are free in a moment: tries once more then. */
  async withDescriptor<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!isShortOfDescriptors(error)) throw error;
      await this.oneDone();
      return action();
    }
  }

  /** Resolves when one of those under way is done, at once when there is none. */
  async oneDone(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

/**
 * The process's own, for all accounts: so are the descriptors and the thread pool. More at once would not be faster, and
 * several accounts must get along with 64 descriptors.
 */
export const syncWindow = new SyncWindow(16);

function isShortOfDescriptors(error: unknown): boolean {
  const errno = errnoOf(error instanceof Failure ? error.cause : error);
  return errno === 'EMFILE' || errno === 'ENFILE';
}

async function syncedAndClosed(fd: number, path: string): Promise<Failure | undefined> {
  let failure: Failure | undefined;
  try {
    if (!fsyncAtOnce(fd)) await fsync(fd);
  } catch (error) {
    failure = storageFailure(error, path);
  }
  try {
    fs.closeSync(fd);
  } catch (error) {
    // NFS tells of a failed write only here.
    failure ??= storageFailure(error, path);
  }
  return failure;
}
