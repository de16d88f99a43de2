import fs from 'node:fs';
import { fsync } from '../../durable/file.ts';
import { Failure } from '../../errors.ts';
import type { LockedMailbox } from './lock.ts';
import { formatPlace } from './place.ts';
import { writeRanges } from './ranges.ts';
import { separatorAt } from './separator.ts';
import type { Spool, Spooled } from './spool.ts';

/** One batch while the mbox is locked for it: first each message is promised its place, then all are put there. */
export class Round {
  readonly #locked: LockedMailbox;
  readonly #path: string;
  readonly #inode: number;
  /** Octets of the mbox before. */
  readonly #size: number;
  readonly #separator: Uint8Array;
  /** Promised and not appended, with their offsets. */
  readonly #promised = new Map<Spooled, number>();
  #end: number;

  /** The lock is this round's from now on: `release` gives it back. */
  static begin(locked: LockedMailbox, path: string): Round {
    try {
      return new Round(locked, path);
    } catch (error) {
      locked.release();
      throw error;
    }
  }

  private constructor(locked: LockedMailbox, path: string) {
    this.#locked = locked;
    this.#path = path;
    const { size, ino } = fs.fstatSync(locked.fd);
    this.#inode = ino;
    this.#size = size;
    this.#separator = separatorAt(locked.fd, size);
    this.#end = size + this.#separator.length;
  }

  /** Perhaps it was not there. */
  get wasEmpty(): boolean {
    return this.#size === 0;
  }

  get unappended(): Iterable<Spooled> {
    return this.#promised.keys();
  }

  /** Where the message will be, for the record. */
  promise(spooled: Spooled): string {
    const { length, recordSha256: sha256, head, file, offset: spoolOffset } = spooled;
    const offset = this.#end;
    this.#promised.set(spooled, offset);
    this.#end += length;
    const inode = this.#inode;
    return formatPlace({ inode, offset, length, sha256, head, spool: file.name, spoolOffset });
  }

  /** Puts the first of those that were promised where they belong, all or none. Throws what the system throws. */
  async append(batch: readonly Spooled[], spool: Spool): Promise<void> {
    const { fd } = this.#locked;
    this.#assertOurs();
    this.#assertPromised(batch);
    try {
      await spool.read(batch, (ranges) => writeRanges(fd, this.#size, this.#separator, ranges));
      await fsync(fd);
    } catch (error) {
      await this.#cutBack();
      throw error;
    }
    for (const spooled of batch) this.#promised.delete(spooled);
  }

  release(): void {
    this.#locked.release();
  }

  #assertOurs(): void {
    if (this.#locked.isOurs() && fs.fstatSync(this.#locked.fd).size === this.#size) return;
    const reason = 'another program took the lock away';
    const facts = { phase: 'deliver', path: this.#path, reason } as const;
    throw new Failure('destination_locked', `${this.#path}: ${reason}`, facts);
  }

  /** A hole would be in the file otherwise. */
  #assertPromised(batch: readonly Spooled[]): void {
    const first = [...this.#promised.keys()].slice(0, batch.length);
    if (batch.some((spooled, at) => first[at] !== spooled))
      throw new TypeError('not in the order in which it was promised');
  }

  /** Nobody must find a part of what was not stored, nor the next batch follow it. */
  async #cutBack(): Promise<void> {
    try {
      fs.ftruncateSync(this.#locked.fd, this.#size);
      await fsync(this.#locked.fd);
    } catch {
      // The promises stand, and the next run settles them; the failure that led here matters more.
    }
  }
}
