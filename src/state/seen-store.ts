import type { Intent } from '../mail/intent.ts';

/** A message that was stored, as it is remembered. */
export interface Remembered {
  readonly uid: string;
  readonly stored: Pick<Intent, 'place' | 'size' | 'sha256' | 'print'>;
}

/** A message that made trouble: its delivery was refused, or it broke the session. */
export interface Trouble {
  /** How often. */
  readonly count: number;
  /** What the last one was; whoever records it gives it its meaning. */
  readonly why: string;
  /** When, ms since 1970. */
  readonly at: number;
}

/** What is put on record when a message is delivered. */
export interface SeenRecord {
  readonly uid: string;
  /** When it was safely stored, ms since 1970. */
  readonly deliveredAt: number;
  /** It went into quarantine, or stays out of everything; and why. */
  readonly quarantined?: string;
}

/** A message that its destination refused for good. */
export interface Quarantined {
  readonly uid: string;
  readonly why: string;
  /** Since when, ms since 1970. */
  readonly at: number;
}

/** A message that some of several destinations have. */
export interface PartRecord {
  readonly uid: string;
  /** Those which have it, by the names that the destination gives them. */
  readonly parts: readonly string[];
}

/** All that is on record of a message, as it can be taken to another store. Times are ms since 1970. */
export interface SavedRecord {
  readonly uid: string;
  /** marked: known without having been stored. undelivered: not known, but it made trouble or is stored in part. */
  readonly state: 'delivered' | 'marked' | 'quarantined' | 'undelivered';
  /** When it was delivered or marked. */
  readonly at: number;
  /** Why it is in quarantine. */
  readonly why?: string;
  /** When it left the maildrop. */
  readonly goneAt?: number;
  readonly stored?: Remembered['stored'];
  readonly parts?: readonly string[];
  readonly trouble?: Trouble;
}

/**
 * What one account has seen. Each promise resolves when the fact is on the disk. The store stays usable only while
 * its lock is ours: `intend` and `record` reject with code `locked` otherwise.
 */
export interface SeenStore extends AsyncDisposable {
  /** Random, made once with the store: names of files on their way carry it. */
  readonly id: string;
  readonly bootId: string;
  /** How many unique-ids are known, those that left the listing included. */
  readonly size: number;
  /** Promised by a crashed run and not settled since. */
  readonly unsettled: readonly Intent[];
  /** How many that were stored were on the server when a complete listing was last reconciled, or came since. */
  readonly present: number;
  has(uid: string): boolean;
  /** Whether it left the maildrop, as far as is known. */
  isGone(uid: string): boolean;
  /** ms since 1970; undefined where it is not known, and for what was never stored or is in quarantine. */
  deliveredAt(uid: string): number | undefined;
  /** About to become visible. */
  intend(batch: readonly Intent[]): Promise<void>;
  /** Delivered. */
  record(batch: readonly SeenRecord[]): Promise<void>;
  /** Delivered in part: what was promised for the rest came to nothing. */
  recordParts(batch: readonly PartRecord[]): Promise<void>;
  /** Of several destinations, which have it. */
  partsOf(uid: string): readonly string[];
  /** Whether it is in quarantine: seen, and never to be deleted from the server by itself. */
  isQuarantined(uid: string): boolean;
  readonly quarantined: readonly Quarantined[];
  /** These intents came to nothing: fetch them again. */
  withdraw(uids: readonly string[]): Promise<void>;
  /**
   * The unique-ids of a complete listing, each once. Those seen but not listed become tombstones and are forgotten only when
   * they stayed away for 30 days: servers show windows, restore backups, and glitch. Trouble with what is not listed
   * is over.
   */
  reconcile(listed: readonly string[] | ReadonlySet<string>, now: number): Promise<void>;
  /** Gives every message that was stored and is known, from the disk: nothing of it is kept in memory. */
  remembered(take: (message: Remembered) => void): Promise<void>;
  /** These unique-ids belong to messages that are stored already. */
  recognise(batch: readonly { readonly uid: string; readonly as: Remembered }[]): Promise<void>;
  /** Known from now on without having been stored. */
  mark(uids: readonly string[], now: number): Promise<void>;
  /** As if they had never been known. */
  forget(uids: readonly string[]): Promise<void>;
  /** What trouble it made; undefined for none, or none since it was delivered. */
  attempts(uid: string): Trouble | undefined;
  /** Whether a listing was ever compared with it: until then, that it knows nothing means nothing. */
  readonly isMet: boolean;
  /** A listing that holds messages was compared with it. */
  meet(): Promise<void>;
  /** Gives all that is on record, message by message, from the disk. */
  saved(take: (record: SavedRecord) => void): Promise<void>;
  /** Adds what another store had on record, all of it or nothing: of messages of which nothing is on record here. How many. */
  restore(records: readonly SavedRecord[]): Promise<number>;
  /** It made trouble once more. */
  attempted(uids: readonly string[], why: string, now: number): Promise<void>;
}
