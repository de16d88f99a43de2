import fs from 'node:fs';
import path from 'node:path';
import { fileAt, filesByBase } from '../destination/maildir/find.ts';
import { placeInQuarantine } from '../destination/quarantine/quarantine.ts';
import { Failure } from '../errors.ts';
import { dropped } from '../poll/quarantine.ts';
import { accountFolder } from '../state/account-folder.ts';
import type { Quarantined, SeenStore } from '../state/seen-store.ts';
import { storedPlaces } from './local.ts';

/** A message in quarantine, and its file. */
export interface Held extends Quarantined {
  /** Octets of the message, without what stands above it. */
  readonly size: number;
  /** Undefined where somebody took it away. */
  readonly file: string | undefined;
}

/** All that an account has in quarantine, oldest first. */
export async function heldOf(
  account: string,
  stateDir: string,
  store: Pick<SeenStore, 'quarantined' | 'remembered'>,
): Promise<readonly Held[]> {
  const quarantined = store.quarantined.filter(({ why }) => why !== dropped);
  if (quarantined.length === 0) return [];
  const files = filesByBase(path.join(accountFolder(stateDir, account), 'quarantine'));
  const places = await storedPlaces(store);
  return quarantined
    .map((one): Held => {
      const stored = places.get(one.uid);
      const place = stored === undefined ? undefined : placeInQuarantine(stored.place);
      const file = place === undefined ? undefined : fileAt(files, place);
      return { ...one, size: stored?.size ?? 0, file };
    })
    .sort((one, other) => one.at - other.at);
}

/** The named ones, or all; a name that is not among them is a usage failure. */
export function chosenFrom(held: readonly Held[], uids: readonly string[]): readonly Held[] {
  if (uids.length === 0) return held;
  return uids.map((uid) => {
    const one = held.find((each) => each.uid === uid);
    if (one !== undefined) return one;
    throw new Failure('usage', `no message "${uid}" in quarantine`, {
      hint: 'popfetch quarantine list shows them',
    });
  });
}

/** The first octets of the message, without what stands above it. */
export function beginningOf({ file, size }: Held, most: number): Uint8Array {
  const octets = new Uint8Array(Math.min(size, most));
  if (file === undefined) return octets.subarray(0, 0);
  const fd = fs.openSync(file, 'r');
  try {
    const above = fs.fstatSync(fd).size - size;
    return octets.subarray(0, fs.readSync(fd, octets, 0, octets.length, Math.max(above, 0)));
  } finally {
    fs.closeSync(fd);
  }
}

/** The message itself, as it came but for its line ends. */
export async function* contentOf({ file, size }: Held): AsyncGenerator<Uint8Array> {
  if (file === undefined) return;
  const start = Math.max(fs.statSync(file).size - size, 0);
  const stream: AsyncIterable<Uint8Array> = fs.createReadStream(file, { start });
  yield* stream;
}
