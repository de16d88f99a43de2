import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { replaceFile } from '../durable/file.ts';
import { errnoOf } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';

/** Room for the settling of some hundred messages. */
const reserveSize = 64 * 1024;

/**
 * Space set aside beside the journal, so that what became visible can still be put on record when the disk is full. It
 * is filled with noise, because some file systems store zeros as nothing.
 */
export class Reserve {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Sets it aside where it is not; a disk that is full already has none to give. */
  async provide(): Promise<void> {
    if (fs.lstatSync(this.#file, { throwIfNoEntry: false })?.size === reserveSize) return;
    try {
      await replaceFile(this.#file, randomBytes(reserveSize), 0o600);
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'no_space')) throw error;
    }
  }

  /** Gives the space back if that is what the error was about; false where it can help no more. */
  release(error: unknown): boolean {
    if (!isFull(error) || !fs.existsSync(this.#file)) return false;
    fs.rmSync(this.#file, { force: true });
    return true;
  }
}

function isFull(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOSPC' || errno === 'EDQUOT';
}
