import fs from 'node:fs';
import { errnoOf } from '../../durable/storage-failure.ts';
import type { Checked, StoredPlace } from '../destination.ts';
import { sameButForMarks } from './marks.ts';
import { type MboxPlace, parsePlace } from './place.ts';
import { hashOf } from './ranges.ts';
import { recordsWith } from './search.ts';

/**
 * Whether messages are in the mbox as they were appended: where they were put, else anywhere in it, and be it with the
 * marks of a mail reader. Throws the system's error.
 */
export function checkMbox(file: string, stored: readonly StoredPlace[]): readonly Checked[] {
  const places = stored.map(({ place }) => parsePlace(place));
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return places.map((place) => ({ state: place === undefined ? 'unknown' : 'missing' }));
  }
  try {
    const here = new Set<number>();
    const sought = places.filter((place): place is MboxPlace => {
      if (place === undefined) return false;
      const { offset, length, sha256 } = place;
      if (hashOf({ fd, offset, length }) !== sha256) return true;
      here.add(offset);
      return false;
    });
    const moved = recordsWith(fd, sought, here);
    const left = sought.filter((place) => !moved.has(place));
    const taken = new Set([...here, ...moved.values()]);
    const marked = recordsWith(fd, left, taken, sameButForMarks);
    const missing = new Set(left.filter((place) => !marked.has(place)));
    return places.map((place) => {
      if (place === undefined) return { state: 'unknown' };
      return { state: missing.has(place) ? 'missing' : 'intact' };
    });
  } finally {
    fs.closeSync(fd);
  }
}
