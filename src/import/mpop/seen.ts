import type { ImportedUid } from '../plan.ts';

/** What mpop has fetched from one maildrop. */
export interface Uidls {
  readonly host: string;
  readonly user: string;
  readonly seen: readonly ImportedUid[];
}

/**
 * Reads an uidls file: for each maildrop a line ` COUNT HOST USER`, and then so many unique-ids, a line each, since mpop
 * 1.4.23 with the time at which they came. Comments stand at the beginning. What is cut short counts as far as it goes.
 */
export function parseUidls(text: string): readonly Uidls[] {
  const lines = text.split('\n');
  const all: Uidls[] = [];
  let at = lines.findIndex((line) => !line.startsWith('#'));
  for (; at >= 0 && at < lines.length; at++) {
    const [, count = '', host = '', user = ''] = /^ ?(\d+) (\S+) (.+)$/.exec(lines[at] ?? '') ?? [];
    if (count === '') continue;
    const own = lines.slice(at + 1, at + 1 + Number(count)).filter((line) => line !== '');
    all.push({ host, user, seen: own.map(seenIn) });
    at += Math.min(Number(count), lines.length);
  }
  return all;
}

/** A unique-id holds no blank. */
function seenIn(line: string): ImportedUid {
  const [uid = '', time] = line.split(' ');
  const seconds = Number(time);
  return time !== undefined && seconds > 0 ? { uid, at: new Date(seconds * 1000) } : { uid };
}
