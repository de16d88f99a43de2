import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errnoOf } from '../../durable/storage-failure.ts';

/** ms between two looks. */
const lookEvery = 20;

/**
 * Tells whether a runner of an earlier popfetch still lives: each holds a FIFO open for writing, and reading from it
 * says whether anybody does (fifo(7)). The kernel ends that hold with the runner, however it dies, and never before.
 */
export class Presence {
  readonly #file: string;

  constructor(folder: string, owner: string) {
    this.#file = path.join(folder, `${owner}.running`);
  }

  /** On a file system that has no FIFOs nothing is known of earlier runs. */
  async prepare(): Promise<void> {
    if (fs.lstatSync(this.#file, { throwIfNoEntry: false })?.isFIFO()) return;
    fs.rmSync(this.#file, { force: true });
    await promisify(execFile)('mkfifo', ['-m', '600', this.#file]).catch(() => undefined);
  }

  /** A descriptor for a runner to hold; undefined where there is no FIFO. */
  open(): number | undefined {
    // Opening for writing alone would wait for a reader.
    const reader = this.#openReader();
    if (reader === undefined) return undefined;
    try {
      return fs.openSync(this.#file, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
    } finally {
      fs.closeSync(reader);
    }
  }

  /** Resolves with true when nobody holds it, with false when somebody still does after `ms`. */
  async gone(ms: number, signal: AbortSignal): Promise<boolean> {
    const reader = this.#openReader();
    if (reader === undefined) return true;
    try {
      for (const deadline = performance.now() + ms; isHeld(reader); ) {
        if (performance.now() >= deadline) return false;
        await delay(lookEvery, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
      return true;
    } finally {
      fs.closeSync(reader);
    }
  }

  #openReader(): number | undefined {
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = fs.constants;
    try {
      const fd = fs.openSync(this.#file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
      if (fs.fstatSync(fd).isFIFO()) return fd;
      fs.closeSync(fd);
      return undefined;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function isHeld(reader: number): boolean {
  try {
    fs.readSync(reader, Buffer.alloc(1));
    return false;
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN') return true;
    throw error;
  }
}
