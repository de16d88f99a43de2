import fs from 'node:fs';
import path from 'node:path';
import { fsync, syncDirectory } from '../../durable/file.ts';
import { errnoOf } from '../../durable/storage-failure.ts';
import type { Intent } from '../../mail/intent.ts';
import type { Recovered } from '../destination.ts';
import { isWhole } from './find.ts';
import type { Folders } from './folders.ts';
import { parseName, type UniqueNames } from './unique-name.ts';

export interface Circumstances {
  readonly folders: Folders;
  readonly names: UniqueNames;
  /** Of this boot of the machine. */
  readonly bootId: string;
  /** ms since 1970. */
  readonly now: number;
}

/**
 * maildir(5) lets readers remove what lay in `tmp/` for 36 hours; long before that, what is no longer there was moved
 * to `new/` and by nobody but us.
 */
const tmpIsOursFor = 24 * 3600 * 1000;

/**
 * Settles what a crashed run promised, so that each message ends up visible exactly once or not at all. Whatever is
 * reported as delivered is on the disk when this resolves. Throws the system's error, having settled nothing for good.
 */
export async function recoverIntents(
  intents: readonly Intent[],
  circumstances: Circumstances,
): Promise<readonly Recovered[]> {
  if (intents.length === 0) return [];
  const { folders } = circumstances;
  const settled = new Map<Intent, Recovered['state']>();
  const sought: Intent[] = [];
  for (const intent of intents) {
    const state = rollForward(intent, folders);
    if (state !== 'not in tmp') settled.set(intent, state);
    else if (wasMovedByUs(intent, circumstances)) settled.set(intent, 'delivered');
    else sought.push(intent);
  }
  for (const [intent, state] of await search(sought, folders)) settled.set(intent, state);
  await syncDirectory(folders.new);
  return intents.map((intent) => ({ uid: intent.uid, state: settled.get(intent) ?? 'absent' }));
}

/** Removes files of this owner from `tmp/` that were never promised, and of which nobody says that they are kept. */
export function sweep(
  intents: readonly Intent[],
  { folders, names }: Circumstances,
  isKept: (name: string) => boolean,
): void {
  const promised = new Set(intents.map(({ place }) => parseName(place).base));
  for (const name of fs.readdirSync(folders.tmp)) {
    if (!names.isOurs(name) || promised.has(name) || isKept(name)) continue;
    fs.rmSync(path.join(folders.tmp, name), { force: true });
  }
}

/** The whole file is still in `tmp/`: it is synced (that came before the promise), so it only has to be moved. */
function rollForward(intent: Intent, folders: Folders): Recovered['state'] | 'not in tmp' {
  const tmpPath = path.join(folders.tmp, parseName(intent.place).base);
  const fd = openIfThere(tmpPath);
  if (fd === undefined) return 'not in tmp';
  let whole: boolean;
  try {
    whole = isWhole(fd, intent);
  } finally {
    fs.closeSync(fd);
  }
  // What is not whole stays until its promise is off the record: without it, the next run would take it for moved.
  if (!whole) return 'absent';
  fs.renameSync(tmpPath, path.join(folders.new, intent.place));
  return 'delivered';
}

/** What the kernel was told holds until it is booted anew, whatever a mail reader did with the message since. */
function wasMovedByUs(intent: Intent, { bootId, names, now }: Circumstances): boolean {
  const { base, unixTime } = parseName(intent.place);
  const age = now - unixTime * 1000;
  // A name that is not ours was promised for another Maildir, before the configuration changed.
  return intent.bootId === bootId && names.isOurs(base) && Math.abs(age) < tmpIsOursFor;
}

/** By base name: readers move a message to `cur/` and put flags behind its name. */
async function search(
  sought: readonly Intent[],
  folders: Folders,
): Promise<Map<Intent, Recovered['state']>> {
  const states = new Map<Intent, Recovered['state']>(sought.map((intent) => [intent, 'absent']));
  if (sought.length === 0) return states;
  const byBase = new Map(sought.map((intent) => [parseName(intent.place).base, intent]));
  // A reader moves messages from new/ to cur/: looking in this order misses none.
  for (const folder of [folders.new, folders.cur]) {
    for (const name of fs.readdirSync(folder)) {
      const intent = byBase.get(parseName(name).base);
      if (intent === undefined) continue;
      await syncExisting(path.join(folder, name));
      states.set(intent, 'delivered');
    }
  }
  await syncDirectory(folders.cur);
  return states;
}

async function syncExisting(file: string): Promise<void> {
  const fd = openIfThere(file);
  // Moved on by a reader in this very moment: it is there, and was synced before it was promised.
  if (fd === undefined) return;
  try {
    await fsync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
