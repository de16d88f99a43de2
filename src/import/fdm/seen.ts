import type { ImportedUid } from '../plan.ts';

/** Reads a cache: length in octets, blank, unique-id, a line each. Lines that are none count for nothing. */
export function parseCache(text: string): readonly ImportedUid[] {
  return text.split('\n').flatMap((line) => {
    const [, length, uid = ''] = /^(\d{1,5}) (.+)$/.exec(line) ?? [];
    return uid.length === Number(length) ? [{ uid }] : [];
  });
}
