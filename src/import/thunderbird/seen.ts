import type { ImportedUid } from '../plan.ts';

/** What Thunderbird knows of one maildrop. */
export interface PopState {
  readonly host: string;
  readonly user: string;
  readonly seen: readonly ImportedUid[];
  /** Of how many only the header was fetched, or nothing yet: not among `seen`. */
  readonly unfetched: number;
}

/**
 * Reads a popstate.dat: `*host user`, and below it a message a line: `k` kept on the server or `d` to be deleted there,
 * both fetched; `b` too big or `f` wanted, both not. Then the unique-id and when it came, in seconds. Lines that are none
 * count for nothing.
 */
export function parsePopState(text: string): readonly PopState[] {
  const states: PopState[] = [];
  let seen: ImportedUid[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [, host, user] = /^\*(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (host !== undefined && user !== undefined) {
      seen = [];
      states.push({ host, user, seen, unfetched: 0 });
      continue;
    }
    const [, state, uid, seconds] = /^([kdbf])\s+(\S+)(?:\s+(\d{1,12}))?\s*$/.exec(line) ?? [];
    const last = states.pop();
    if (last === undefined) continue;
    if (state === 'k' || state === 'd') seen.push(one(uid, seconds));
    const isUnfetched = state === 'b' || state === 'f';
    states.push(isUnfetched ? { ...last, unfetched: last.unfetched + 1 } : last);
  }
  return states;
}

function one(uid = '', seconds = ''): ImportedUid {
  return seconds === '' ? { uid } : { uid, at: new Date(Number(seconds) * 1000) };
}
