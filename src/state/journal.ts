import fs from 'node:fs';
import { fdatasync, writeFully } from '../durable/file.ts';
import { storageFailure } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';
import { batchLines } from './journal-line.ts';
import { longestLine } from './lines.ts';
import type { Reserve } from './reserve.ts';

/**
 * The end of a journal, where lines are added: those of one call together or not at all, and each call resolves when its
 * lines are on the disk. After a failed sync nothing is certain: it then refuses every further line.
 */
export class Journal {
  readonly #fd: number;
  readonly #file: string;
  readonly #reserve: Reserve;
  /** Octets that are on the disk. */
  #length: number;
  #broken: Failure | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(fd: number, file: string, length: number, reserve: Reserve) {
    this.#fd = fd;
    this.#file = file;
    this.#length = length;
    this.#reserve = reserve;
  }

  /** `useReserve`: these lines settle what was promised, so they may take the space that was set aside for them. */
  append(lines: readonly string[], options: { readonly useReserve: boolean }): Promise<void> {
    const appended = this.#last.then(() => this.#appendNow(lines, options.useReserve));
    // The caller owns the outcome; the next call only waits for it.
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async close(): Promise<void> {
    await this.#last;
    try {
      fs.closeSync(this.#fd);
    } catch (error) {
      throw storageFailure(error, this.#file, 'state');
    }
  }

  async #appendNow(lines: readonly string[], useReserve: boolean): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    if (lines.some((line) => line.length > longestLine)) {
      throw new Failure('state', `${this.#file}: a line would be too long`, { path: this.#file });
    }
    const bytes = batchLines(lines);
    this.#write(bytes, useReserve);
    try {
      await fdatasync(this.#fd);
    } catch (error) {
      this.#broken = storageFailure(error, this.#file, 'state');
      // What the kernel shows of these lines may never reach the disk: the next run must not believe it.
      this.#cutBack();
      throw this.#broken;
    }
    this.#length += bytes.length;
  }

  #write(bytes: Buffer, useReserve: boolean): void {
    try {
      this.#refuseIfReplaced();
      try {
        writeFully(this.#fd, bytes, this.#length);
      } catch (error) {
        if (!useReserve || !this.#reserve.release(error)) throw error;
        writeFully(this.#fd, bytes, this.#length);
      }
    } catch (error) {
      this.#cutBack();
      throw storageFailure(error, this.#file, 'state');
    }
  }

  #cutBack(): void {
    try {
      fs.ftruncateSync(this.#fd, this.#length);
    } catch (error) {
      this.#broken ??= storageFailure(error, this.#file, 'state');
    }
  }

  /** Lines added to a file that was removed or replaced would be lost without a word. */
  #refuseIfReplaced(): void {
    const there = fs.lstatSync(this.#file, { throwIfNoEntry: false });
    if (there?.ino === fs.fstatSync(this.#fd).ino) return;
    throw new Failure('state', `${this.#file}: was removed or replaced`, {
      phase: 'state',
      path: this.#file,
      reason: 'it was removed or replaced while popfetch was running',
    });
  }
}
