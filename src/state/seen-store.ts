import type { Intent } from '../mail/intent.ts';

/** What is put on record when a message is delivered. */
export interface SeenRecord {
  readonly uid: string;
  /** When it was safely stored, ms since 1970. */
  readonly deliveredAt: number;
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
  has(uid: string): boolean;
  /** ms since 1970; undefined where it is not known. */
  deliveredAt(uid: string): number | undefined;
  /** About to become visible. */
  intend(batch: readonly Intent[]): Promise<void>;
  /** Delivered. */
  record(batch: readonly SeenRecord[]): Promise<void>;
  /** These intents came to nothing: fetch them again. */
  withdraw(uids: readonly string[]): Promise<void>;
  /**
   * The unique-ids of a complete listing. Those seen but not listed become tombstones and are forgotten only when
   * they stayed away for 30 days: servers show windows, restore backups, and glitch.
   */
  reconcile(listed: ReadonlySet<string>, now: number): Promise<void>;
}
