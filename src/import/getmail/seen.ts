import type { ImportedUid } from '../plan.ts';

/** Where the list of a maildrop stands: what a file name should not hold is one `-`. */
export function seenListName(server: string, port: number, user: string): string {
  return `oldmail-${server}-${port}-${user}`.replace(/[/:;<>|]+/g, '-');
}

/**
 * Reads an oldmail file: unique-id, NUL, and since when it is known in seconds, a line each. Lines that are none count for
 * nothing, as in getmail. It writes `-` for each `/` of a unique-id.
 */
export function parseOldmail(text: string): readonly ImportedUid[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, uid, seconds] = /^\s*([^\0]+)\0\s*(\d{1,12})\s*$/.exec(line) ?? [];
    if (uid === undefined) return [];
    return [
      { uid, at: new Date(Number(seconds) * 1000), ...(uid.includes('-') && { folded: true }) },
    ];
  });
}
