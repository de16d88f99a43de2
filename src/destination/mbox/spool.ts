import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fsync, makeDirectory, syncDirectory } from '../../durable/file.ts';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import type { Envelope } from '../../mail/message.ts';
import type { Trace } from '../../mail/trace.ts';
import type { Range } from './ranges.ts';
import { RecordWriter, type WrittenRecord } from './record.ts';

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants;

/** One of the files in which messages wait, several behind each other. */
export interface SpoolFile {
  readonly name: string;
  readonly path: string;
  size: number;
  /** Messages in it that are neither stored nor taken back. */
  waiting: number;
  /** A message is being written. */
  isBusy: boolean;
  /** A batch with messages of it was synced: the next messages go to another. */
  isSealed: boolean;
  /** What is in it was promised and not stored: the next run needs it. */
  isLeft: boolean;
}

/** A message as it will stand in the mbox, complete, not yet synced. */
export interface Spooled extends WrittenRecord {
  readonly file: SpoolFile;
  readonly offset: number;
}

/**
 * Where messages wait until they are promised and the mbox is locked. A batch is in one file, so that one sync makes it
 * durable; after a crash that file tells the bytes of ours in the mbox from those of other programs.
 */
export class Spool {
  readonly #folder: string;
  /** Begins the name of each file of this owner. */
  readonly #prefix: string;
  readonly #files = new Set<SpoolFile>();
  readonly #spareWriters: RecordWriter[] = [];

  constructor(folder: string, mark: string) {
    this.#folder = folder;
    this.#prefix = `mbox-${mark}-`;
  }

  async prepare(): Promise<void> {
    await makeDirectory(this.#folder, 0o700);
    try {
      fs.accessSync(this.#folder, fs.constants.W_OK | fs.constants.X_OK);
    } catch (error) {
      throw storageFailure(error, this.#folder);
    }
  }

  /** Throws what the content throws, or a Failure, leaving nothing behind. */
  async receive(
    content: AsyncIterable<Uint8Array>,
    envelope: Envelope,
    trace: Trace,
  ): Promise<Spooled> {
    const writer = this.#spareWriters.pop() ?? new RecordWriter();
    const file = this.#openFile();
    const offset = file.size;
    file.isBusy = true;
    try {
      const record = await writeBehind(file, (fd) =>
        writer.write(content, { envelope, trace, fd, offset }),
      );
      file.size += record.length;
      file.waiting += 1;
      return { ...record, file, offset };
    } catch (error) {
      throw errnoOf(error) === undefined ? error : storageFailure(error, file.path);
    } finally {
      file.isBusy = false;
      this.#spareWriters.push(writer);
      this.#removeIfDone(file);
    }
  }

  /** After this a power cut loses none of these messages. Throws a Failure. */
  async sync(batch: readonly Spooled[]): Promise<void> {
    const files = new Set(batch.map(({ file }) => file));
    try {
      for (const file of files) {
        file.isSealed = true;
        await syncFile(file.path);
      }
    } catch (error) {
      throw storageFailure(error, this.#folder);
    }
    await syncDirectory(this.#folder);
  }

  /** Calls `use` with what these messages are; they can be read until it resolves. */
  async read(
    batch: readonly Spooled[],
    use: (ranges: readonly Range[]) => Promise<void>,
  ): Promise<void> {
    const opened = new Map<SpoolFile, number>();
    try {
      for (const { file } of batch)
        if (!opened.has(file)) opened.set(file, fs.openSync(file.path, O_RDONLY | O_NOFOLLOW));
      await use(
        batch.map(({ file, offset, length }) => ({ fd: opened.get(file) ?? -1, offset, length })),
      );
    } finally {
      for (const fd of opened.values()) fs.closeSync(fd);
    }
  }

  /** It is stored, or was never promised. */
  done({ file }: Spooled): void {
    file.waiting -= 1;
    this.#removeIfDone(file);
  }

  /** It was promised and is not stored: its bytes stay for the next run. */
  leave({ file }: Spooled): void {
    file.isLeft = true;
    file.waiting -= 1;
    this.#removeIfDone(file);
  }

  /** Opens what a crashed run left, for reading; undefined where it is gone. Whoever opens it closes it. */
  openLeft(name: string): number | undefined {
    if (!name.startsWith(this.#prefix)) return undefined;
    try {
      return fs.openSync(path.join(this.#folder, name), O_RDONLY | O_NOFOLLOW);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Removes what crashed runs left of this owner and nothing on record asks for. */
  sweep(kept: ReadonlySet<string>): void {
    const ofThisRun = new Set([...this.#files].map(({ name }) => name));
    for (const name of fs.readdirSync(this.#folder)) {
      if (!name.startsWith(this.#prefix) || ofThisRun.has(name) || kept.has(name)) continue;
      fs.rmSync(path.join(this.#folder, name), { force: true });
    }
  }

  #openFile(): SpoolFile {
    for (const file of this.#files) if (!file.isBusy && !file.isSealed) return file;
    const name = `${this.#prefix}${randomBytes(6).toString('hex')}`;
    const file: SpoolFile = {
      name,
      path: path.join(this.#folder, name),
      size: 0,
      waiting: 0,
      isBusy: false,
      isSealed: false,
      isLeft: false,
    };
    this.#files.add(file);
    return file;
  }

  #removeIfDone(file: SpoolFile): void {
    if (file.waiting > 0 || file.isBusy) return;
    this.#files.delete(file);
    if (file.isLeft) return;
    try {
      fs.rmSync(file.path, { force: true });
    } catch {
      // Nobody sees it, and the next run's recovery sweeps it.
    }
  }
}

async function syncFile(file: string): Promise<void> {
  const fd = fs.openSync(file, O_RDWR | O_NOFOLLOW);
  try {
    await fsync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** What a failed `write` left is cut off again. NFS tells of a failed one only when it is closed. */
async function writeBehind<T>(file: SpoolFile, write: (fd: number) => Promise<T>): Promise<T> {
  const fd = fs.openSync(file.path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600);
  let written: T;
  try {
    written = await write(fd);
  } catch (error) {
    cutBackAndClose(fd, file.size);
    throw error;
  }
  fs.closeSync(fd);
  return written;
}

function cutBackAndClose(fd: number, size: number): void {
  try {
    try {
      fs.ftruncateSync(fd, size);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // What stands behind the last message is overwritten by the next; the failure that led here matters more.
  }
}
