import fs from 'node:fs';
import { errnoOf } from '../../durable/storage-failure.ts';
import type { Checked, StoredPlace } from '../destination.ts';
import { type MboxPlace, parsePlace } from './place.ts';
import { hashOf } from './ranges.ts';
import { recordsWith } from './search.ts';

/**
 * Whether messages are in the mbox as they were appended: where they were put, else anywhere in it. What a mail reader
 * wrote its marks into is not found: nothing tells it from another message. Throws the system's error.
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
    const found = recordsWith(fd, sought, here);
    const moved = new Set(sought);
    return places.map((place) => {
      if (place === undefined) return { state: 'unknown' };
      return { state: !moved.has(place) || found.has(place) ? 'intact' : 'missing' };
    });
  } finally {
    fs.closeSync(fd);
  }
}
