import type { Intent } from '../mail/intent.ts';
import type { JournalRecord } from './journal-line.ts';
import type { Quarantined, SeenRecord, Trouble } from './seen-store.ts';

/** What the journal's records add up to. */
export class Ledger {
  /** By unique-id: when it was delivered, or marked as seen. */
  readonly known = new Map<string, number>();
  /** Of those, which were never stored. */
  readonly marked = new Set<string>();
  /** Of those, which left the maildrop, and when. */
  readonly gone = new Map<string, number>();
  /** Promised and not settled. Two messages of a maildrop may bear one unique-id. */
  readonly promised = new Map<string, readonly Intent[]>();

  readonly trouble = new Map<string, Trouble>();
  /** Of messages that only some of several destinations have: which. */
  readonly parts = new Map<string, readonly string[]>();
  /** Of the known ones, those in quarantine. */
  readonly quarantined = new Map<string, Quarantined>();

  apply(record: JournalRecord): void {
    const { uid } = record;
    switch (record.kind) {
      case 'intent':
        this.promised.set(uid, [...(this.promised.get(uid) ?? []), record.intent]);
        return;
      case 'done':
      case 'seen':
      case 'marked':
        this.#drop(uid);
        this.known.set(uid, record.at);
        if (record.kind === 'marked') this.marked.add(uid);
        else this.marked.delete(uid);
        this.promised.delete(uid);
        return;
      case 'withdrawn':
        this.promised.delete(uid);
        return;
      case 'gone':
        this.gone.set(uid, record.at);
        return;
      case 'back':
        this.gone.delete(uid);
        return;
      case 'forgotten':
        this.#drop(uid);
        this.known.delete(uid);
        this.marked.delete(uid);
        return;
      case 'trouble': {
        const { count, why, at } = record;
        this.trouble.set(uid, { count, why, at });
        return;
      }
      case 'part':
        this.parts.set(uid, [...new Set([...(this.parts.get(uid) ?? []), ...record.parts])]);
        this.promised.delete(uid);
        return;
      case 'quarantined': {
        const { at, why } = record;
        this.quarantined.set(uid, { uid, at, why });
        return;
      }
      default:
        throw new TypeError(record satisfies never);
    }
  }

  /** What held until now. */
  #drop(uid: string): void {
    this.gone.delete(uid);
    this.trouble.delete(uid);
    this.parts.delete(uid);
    this.quarantined.delete(uid);
  }
}

/** How long a unique-id that left the maildrop is still known, ms: 30 days. */
const remembered = 30 * 24 * 3600 * 1000;

/** The unique-ids of a listing, each once. */
export type ListedUids = readonly string[] | ReadonlySet<string>;

/** What a complete listing changes: pure. Where nothing has left, which is usual, it looks at each unique-id once. */
export function reconciliation(ledger: Ledger, listed: ListedUids, now: number): JournalRecord[] {
  const { known, gone, trouble, parts, quarantined } = ledger;
  const back = new Set<string>();
  let stayed = 0;
  for (const uid of listed)
    if (gone.has(uid)) back.add(uid);
    else if (known.has(uid)) stayed++;
  const records: JournalRecord[] = [...back].map((uid) => ({ kind: 'back', uid }));
  // The quarantine holds it still, until somebody decides.
  for (const [uid, goneAt] of gone)
    if (now - goneAt > remembered && !back.has(uid) && !quarantined.has(uid))
      records.push({ kind: 'forgotten', uid });
  const unfinished = [...trouble.keys(), ...parts.keys()].filter((uid) => !known.has(uid));
  if (stayed === known.size - gone.size && unfinished.length === 0) return records;
  const there = new Set(listed);
  for (const uid of known.keys())
    if (!there.has(uid) && !gone.has(uid)) records.push({ kind: 'gone', uid, at: now });
  for (const uid of new Set(unfinished))
    if (!there.has(uid)) records.push({ kind: 'forgotten', uid });
  return records;
}

/** What is in quarantine is seen; which of several destinations have it is needed when it is tried again. */
export function deliveryRecords(
  { uid, deliveredAt: at, quarantined: why }: SeenRecord,
  parts: readonly string[],
): readonly JournalRecord[] {
  const done = { kind: 'done', uid, at } as const;
  if (why === undefined) return [done];
  const kept = parts.length === 0 ? [] : [{ kind: 'part', uid, parts } as const];
  return [done, { kind: 'quarantined', uid, at, why }, ...kept];
}
