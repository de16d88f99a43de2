import fs from 'node:fs';
import { errnoOf, storageFailure } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';
import { compact, isWorthCompacting } from './compact.ts';
import { Ledger } from './ledger.ts';
import { type Replayed, replay } from './replay.ts';

/** A journal that lines can be added to. */
export interface Opened {
  readonly fd: number;
  readonly length: number;
  readonly ledger: Ledger;
  readonly storeId: string;
}

/** Octets from which on memory is worth looking after: a thousand messages or two. */
const largeJournal = 512 * 1024;

/** Cuts off what a crash tore, and drops dead weight. Closes `fd` when it fails. */
export async function replayAndMend(fd: number, file: string, account: string): Promise<Opened> {
  const ledger = new Ledger();
  let replayed: Replayed;
  try {
    if (fs.fstatSync(fd).size > largeJournal)
      (await import('../util/small-heap.ts')).keepHeapSmall();
    replayed = replay(fd, file, account, (record) => ledger.apply(record));
    // Nothing behind it was acknowledged; the next line must not be glued to half of one.
    fs.ftruncateSync(fd, replayed.length);
    const { storeId } = replayed.header;
    if (!isWorthCompacting(replayed.lines, ledger)) {
      return { fd, length: replayed.length, ledger, storeId };
    }
    await compactUnlessFull(fd, file, replayed, ledger);
    fs.closeSync(fd);
    const compacted = fs.openSync(file, 'r+');
    return { fd: compacted, length: fs.fstatSync(compacted).size, ledger, storeId };
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

async function compactUnlessFull(
  fd: number,
  file: string,
  replayed: Replayed,
  ledger: Ledger,
): Promise<void> {
  try {
    await compact(fd, file, replayed.header, ledger);
  } catch (error) {
    // The old one serves as well, and is longer only.
    if (!(error instanceof Failure && error.code === 'no_space')) throw error;
  }
}

/** Undefined where there is none. Throws a Failure. */
export function openExisting(file: string, mode: 'r' | 'r+'): number | undefined {
  const { O_RDONLY, O_RDWR, O_NOFOLLOW } = fs.constants;
  try {
    return fs.openSync(file, (mode === 'r' ? O_RDONLY : O_RDWR) | O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageFailure(error, file, 'state');
  }
}
