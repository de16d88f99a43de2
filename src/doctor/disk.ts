import fs from 'node:fs';
import path from 'node:path';
import { Failure } from '../errors.ts';
import { formatSize } from '../log/format.ts';
import { type Finding, ok, trouble, warn } from './finding.ts';

/** Octets. Below the first no message of usual size fits; below the second a day of mail may not. */
const [least, little] = [1_000_000, 100_000_000];

interface Place {
  readonly path: string;
  /** How people call it. */
  readonly shown: string;
}

/** How much room there is where these files are, or will be; each disk once. */
export function examineDisks(places: readonly Place[], now: number): readonly Finding[] {
  const disks = new Map<number, Finding | undefined>();
  for (const place of places) {
    const folder = nearest(place.path);
    const disk = fs.statSync(folder).dev;
    if (!disks.has(disk)) disks.set(disk, roomFinding(fs.statfsSync(folder), place, now));
  }
  return [...disks.values()].filter((finding) => finding !== undefined);
}

/** How statfs(2) describes a disk. */
export type DiskFacts = Pick<fs.StatsFs, 'bavail' | 'bsize' | 'blocks' | 'ffree' | 'files'>;

/** Undefined for what lies on no disk and has no room to speak of. */
export function roomFinding(
  { bavail, bsize, blocks, ffree, files }: DiskFacts,
  { path: wanted, shown }: Place,
  now: number,
): Finding | undefined {
  if (blocks === 0) return undefined;
  const room = bavail * bsize;
  // Some file systems do not count files.
  const isOutOfFiles = files > 0 && ffree === 0;
  if (room < least || isOutOfFiles) {
    const reason = isOutOfFiles ? 'no room for another file' : 'no space left on the disk';
    const failure = new Failure('no_space', reason, { path: wanted, reason, phase: 'deliver' });
    return trouble('disk', failure, { now, destination: shown });
  }
  const text = `${formatSize(room)} free at ${shown}`;
  return room < little ? warn('disk', text, 'Make room on the disk.') : ok('disk', text);
}

/** The folder itself, or the one in which it would be made. */
function nearest(wanted: string): string {
  let folder = wanted;
  while (!isFolder(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return folder;
}

function isFolder(place: string): boolean {
  try {
    return fs.statSync(place).isDirectory();
  } catch {
    return false;
  }
}
