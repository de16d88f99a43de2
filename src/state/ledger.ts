import type { Intent } from '../mail/intent.ts';
import type { JournalRecord } from './journal-line.ts';
import type { Trouble } from './seen-store.ts';

/** What the journal's records add up to. */
export class Ledger {
  /** By unique-id: when it was delivered. */
  readonly known = new Map<string, number>();
  /** Of those, which left the maildrop, and when. */
  readonly gone = new Map<string, number>();
  /** Promised and not settled. Two messages of a maildrop may bear one unique-id. */
  readonly promised = new Map<string, readonly Intent[]>();

  readonly trouble = new Map<string, Trouble>();

  apply(record: JournalRecord): void {
    const { uid } = record;
    switch (record.kind) {
      case 'intent':
        this.promised.set(uid, [...(this.promised.get(uid) ?? []), record.intent]);
        return;
      case 'done':
      case 'seen':
        this.known.set(uid, record.at);
        this.gone.delete(uid);
        this.promised.delete(uid);
        this.trouble.delete(uid);
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
        this.known.delete(uid);
        this.gone.delete(uid);
        this.trouble.delete(uid);
        return;
      case 'trouble': {
        const { count, why, at } = record;
        this.trouble.set(uid, { count, why, at });
        return;
      }
      default:
        throw new TypeError(record satisfies never);
    }
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
    else if (now - goneAt > remembered) records.push({ kind: 'forgotten', uid });
  }
  for (const uid of ledger.trouble.keys())
    if (!listed.has(uid) && !ledger.known.has(uid)) records.push({ kind: 'forgotten', uid });
  return records;
}
