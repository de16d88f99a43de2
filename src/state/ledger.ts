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

/** What a complete listing changes: pure. */
export function reconciliation(
  ledger: Ledger,
  listed: ReadonlySet<string>,
  now: number,
): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (const uid of ledger.known.keys()) {
    const goneAt = ledger.gone.get(uid);
    if (listed.has(uid)) {
      if (goneAt !== undefined) records.push({ kind: 'back', uid });
    } else if (goneAt === undefined) records.push({ kind: 'gone', uid, at: now });
    // The quarantine holds it still, until somebody decides.
    else if (now - goneAt > remembered && !ledger.quarantined.has(uid))
      records.push({ kind: 'forgotten', uid });
  }
  const unfinished = new Set([...ledger.trouble.keys(), ...ledger.parts.keys()]);
  for (const uid of unfinished)
    if (!listed.has(uid) && !ledger.known.has(uid)) records.push({ kind: 'forgotten', uid });
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
