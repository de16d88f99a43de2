import type { JournalRecord } from './journal-line.ts';
import type { Ledger } from './ledger.ts';
import { type JournalPlace, readRemembered } from './remembered.ts';
import type { Remembered, SavedRecord } from './seen-store.ts';

/** Gives all that a journal says of each message, as it can be taken elsewhere. What is on its way is not among it. */
export function readSaved(
  place: JournalPlace,
  ledger: Ledger,
  take: (record: SavedRecord) => void,
): void {
  const stored = new Map<string, Remembered['stored']>();
  // Of several the last one holds: it was fetched again.
  readRemembered(place, ledger, (message) => stored.set(message.uid, bare(message.stored)));
  for (const [uid, at] of ledger.known) take(savedRecord(uid, at, stored.get(uid), ledger));
  for (const uid of new Set([...ledger.parts.keys(), ...ledger.trouble.keys()]))
    if (!ledger.known.has(uid))
      take({ uid, state: 'undelivered', at: 0, ...circumstances(uid, ledger) });
}

/** What is to be added for those of which nothing is on record: what is known here is known better. Pure. */
export function restoration(
  ledger: Ledger,
  records: readonly SavedRecord[],
): { readonly records: readonly JournalRecord[]; readonly messages: number } {
  const added = new Set<string>();
  const lines: JournalRecord[] = [];
  for (const record of records) {
    if (added.has(record.uid) || isOnRecord(record.uid, ledger)) continue;
    added.add(record.uid);
    lines.push(...restored(record));
  }
  return { records: lines, messages: added.size };
}

/** Without what belongs to the promise that it was read from. */
function bare({ place, size, sha256, print }: Remembered['stored']): Remembered['stored'] {
  return { place, size, sha256, ...(print !== undefined && { print }) };
}

function savedRecord(
  uid: string,
  at: number,
  stored: Remembered['stored'] | undefined,
  ledger: Ledger,
): SavedRecord {
  const held = ledger.quarantined.get(uid);
  const goneAt = ledger.gone.get(uid);
  const state =
    held !== undefined ? 'quarantined' : ledger.marked.has(uid) ? 'marked' : 'delivered';
  return {
    uid,
    state,
    at,
    ...(held !== undefined && { why: held.why }),
    ...(goneAt !== undefined && { goneAt }),
    ...(stored !== undefined && { stored }),
    ...circumstances(uid, ledger),
  };
}

function circumstances(uid: string, ledger: Ledger): Pick<SavedRecord, 'parts' | 'trouble'> {
  const parts = ledger.parts.get(uid);
  const trouble = ledger.trouble.get(uid);
  return { ...(parts !== undefined && { parts }), ...(trouble !== undefined && { trouble }) };
}

function isOnRecord(uid: string, { known, promised, parts, trouble }: Ledger): boolean {
  return [known, promised, parts, trouble].some((facts) => facts.has(uid));
}

function restored({ uid, state, at, why = '', goneAt, stored, ...also }: SavedRecord) {
  const records: JournalRecord[] = [];
  if (state === 'marked') records.push({ kind: 'marked', uid, at });
  else if (state !== 'undelivered')
    records.push({ kind: 'seen', uid, at, ...(stored !== undefined && { stored }) });
  if (state === 'quarantined') records.push({ kind: 'quarantined', uid, at, why });
  if (also.parts !== undefined) records.push({ kind: 'part', uid, parts: also.parts });
  if (also.trouble !== undefined) records.push({ kind: 'trouble', uid, ...also.trouble });
  if (goneAt !== undefined) records.push({ kind: 'gone', uid, at: goneAt });
  return records;
}
