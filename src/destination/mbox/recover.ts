import fs from 'node:fs';
import { fsync } from '../../durable/file.ts';
import type { Intent } from '../../mail/intent.ts';
import type { Recovered } from '../destination.ts';
import { type MboxPlace, parsePlace } from './place.ts';
import { hashOf, isBeginningOf, type Range, rewrite, writeRanges } from './ranges.ts';
import { recordsWith } from './search.ts';
import { separatorAt } from './separator.ts';

export interface Circumstances {
  /** The mbox, locked. */
  readonly fd: number;
  /** What is left of the spool file; undefined where it is gone. Whoever opens it closes it. */
  readonly openSpool: (name: string) => number | undefined;
}

export interface Recovery {
  readonly recovered: readonly Recovered[];
  /** Absent because something else is in their place: had it been changed, they might be in it. */
  readonly doubtful: number;
}

/**
 * Settles what a crashed run promised, in the order of the offsets:
 * - The bytes are there: they are written once more, because reading them back proves nothing after a power cut.
 * - The file ends before they do, and what is there is their beginning, or nothing: they are written whole.
 * - Anything else was written by other programs, and stays as it is. They are sought once in the whole file, which may
 *   have been changed, and are absent if they are nowhere. A part of ours with another program's message behind it
 *   stays too: to close that gap would mean to rewrite what is not ours.
 * What is reported as delivered is on the disk when this resolves. Throws what the system throws.
 */
export async function recoverIntents(
  intents: readonly Intent[],
  circumstances: Circumstances,
): Promise<Recovery> {
  const { fd } = circumstances;
  const delivered = new Map<Intent, number>();
  const sought = new Map<Intent, MboxPlace>();
  for (const [intent, place] of byOffset(intents)) {
    const range = { fd, offset: place.offset, length: place.length };
    if (hashOf(range) === place.sha256) {
      rewrite(range);
      delivered.set(intent, place.offset);
    } else if (await completed(place, circumstances)) delivered.set(intent, place.offset);
    else sought.set(intent, place);
  }
  const { size } = fs.fstatSync(fd);
  const doubtful = [...sought].filter(([, place]) => size > place.offset);
  const found = recordsWith(fd, [...sought.values()], new Set(delivered.values()));
  for (const [intent, place] of sought) {
    const offset = found.get(place);
    if (offset === undefined) continue;
    rewrite({ fd, offset, length: place.length });
    delivered.set(intent, offset);
  }
  if (delivered.size > 0) await fsync(fd);
  return {
    recovered: intents.map((intent) => ({
      uid: intent.uid,
      state: delivered.has(intent) ? 'delivered' : 'absent',
    })),
    doubtful: doubtful.filter(([intent]) => !delivered.has(intent)).length,
  };
}

/** What another kind of destination promised is left out. */
function byOffset(intents: readonly Intent[]): [Intent, MboxPlace][] {
  return intents
    .flatMap((intent): [Intent, MboxPlace][] => {
      const place = parsePlace(intent.place);
      return place === undefined ? [] : [[intent, place]];
    })
    .sort(([, one], [, other]) => one.offset - other.offset);
}

/** Writes the whole where its beginning, or nothing, is the end of the file. */
async function completed(place: MboxPlace, { fd, openSpool }: Circumstances): Promise<boolean> {
  const { size, ino } = fs.fstatSync(fd);
  const { inode, offset, length, spool, spoolOffset } = place;
  if (ino !== inode || size < offset || size > offset + length) return false;
  if (separatorAt(fd, offset).length > 0) return false;
  const spoolFd = openSpool(spool);
  if (spoolFd === undefined) return false;
  try {
    const whole: Range = { fd: spoolFd, offset: spoolOffset, length };
    const isOurs =
      hashOf(whole) === place.sha256 && isBeginningOf({ fd, offset, length: size - offset }, whole);
    if (isOurs) await writeRanges(fd, offset, new Uint8Array(0), [whole]);
    return isOurs;
  } finally {
    fs.closeSync(spoolFd);
  }
}
