import fs from 'node:fs';
import path from 'node:path';
import { storageFailure } from '../durable/storage-failure.ts';
import type { Intent } from '../mail/intent.ts';
import { accountFolder, prepareAccountFolder } from './account-folder.ts';
import { currentBootId } from './boot.ts';
import { Journal } from './journal.ts';
import { type JournalRecord, recordLine } from './journal-line.ts';
import { deliveryRecords, Ledger, type ListedUids, reconciliation } from './ledger.ts';
import { type AccountLock, lockAccount } from './lock.ts';
import { forgetId, hasId, noteMet, type Whose } from './met.ts';
import { newStoreId, refuseIfThereWasOne, startNew } from './new-journal.ts';
import { openExisting, replayAndMend } from './opening.ts';
import { type JournalPlace, readRemembered } from './remembered.ts';
import { replay } from './replay.ts';
import { Reserve } from './reserve.ts';
import { readSaved, restoration } from './saved.ts';
import type {
  PartRecord,
  Quarantined,
  Remembered,
  SavedRecord,
  SeenRecord,
  SeenStore,
  Trouble,
} from './seen-store.ts';

export interface JournalStoreOptions {
  /** The state directory; the account's files are in `accounts/ACCOUNT/` in it. */
  readonly directory: string;
  readonly account: string;
  /** ms since 1970. */
  readonly now: () => number;
  /** false: only look (a dry run). Nothing is locked, made or changed, and whatever would write rejects. */
  readonly lock: boolean;
  /** Somebody wants to begin anew where the journal is lost. */
  readonly anew?: boolean;
  /** ms to wait for another popfetch that holds the account. */
  readonly wait?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The file form of a SeenStore: one append-only journal an account. Throws a Failure: `locked` when another process holds
 * the account, `state` when the journal is damaged, missing though there was one, of a newer format, or where others could
 * write to it. It never starts empty in the place of records that were lost.
 */
export async function openJournalStore(options: JournalStoreOptions): Promise<SeenStore> {
  return options.lock ? openLocked(options) : openToLook(options);
}

async function openLocked(options: JournalStoreOptions): Promise<SeenStore> {
  const folder = await prepareAccountFolder(options.directory, options.account);
  const lock = await lockAccount(folder, options);
  try {
    const file = path.join(folder, 'journal');
    const reserve = new Reserve(path.join(folder, 'reserve'));
    await reserve.provide();
    const opened = openExisting(file, 'r+') ?? (await begin(file, options));
    const { fd, length, ledger, storeId } = await replayAndMend(opened, file, options.account);
    const writing = { journal: new Journal(fd, file, length, reserve), lock, now: options.now };
    const store = new JournalSeenStore(storeId, { ...options, file }, ledger, writing);
    // Its folder may have come from elsewhere, or the note may have got lost.
    if (store.isMet) await store.meet();
    return store;
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw storageFailure(error, folder, 'state');
  }
}

async function begin(file: string, options: JournalStoreOptions): Promise<number> {
  if (options.anew === true) forgetId(options);
  else refuseIfThereWasOne(file, options);
  return await startNew(file, options.account);
}

/** As the last run left it; what a running one is just writing counts or not. */
async function openToLook(options: JournalStoreOptions): Promise<SeenStore> {
  const folder = accountFolder(options.directory, options.account);
  const file = path.join(folder, 'journal');
  const place = { ...options, file };
  const ledger = new Ledger();
  const fd = openExisting(file, 'r');
  if (fd === undefined) {
    if (options.anew !== true) refuseIfThereWasOne(file, options);
    return new JournalSeenStore(newStoreId(), place, ledger, undefined);
  }
  try {
    const { header } = replay(fd, file, options.account, (record) => ledger.apply(record));
    return new JournalSeenStore(header.storeId, place, ledger, undefined);
  } catch (error) {
    throw storageFailure(error, file, 'state');
  } finally {
    fs.closeSync(fd);
  }
}

interface Writing {
  readonly journal: Journal;
  readonly lock: AccountLock;
  readonly now: () => number;
}

class JournalSeenStore implements SeenStore {
  readonly id: string;
  readonly bootId = currentBootId();
  readonly #place: JournalPlace & Whose;
  readonly #ledger: Ledger;
  #writing: Writing | undefined;

  constructor(
    id: string,
    place: JournalPlace & Whose,
    ledger: Ledger,
    writing: Writing | undefined,
  ) {
    this.id = id;
    this.#place = place;
    this.#ledger = ledger;
    this.#writing = writing;
  }

  get size(): number {
    return this.#ledger.known.size;
  }

  get unsettled(): readonly Intent[] {
    return [...this.#ledger.promised.values()].flat();
  }

  get present(): number {
    const { known, gone, marked } = this.#ledger;
    let stored = known.size - gone.size;
    for (const uid of marked) if (!gone.has(uid)) stored--;
    return stored;
  }

  has(uid: string): boolean {
    return this.#ledger.known.has(uid);
  }

  isGone(uid: string): boolean {
    return this.#ledger.gone.has(uid);
  }

  deliveredAt(uid: string): number | undefined {
    const { known, marked, quarantined } = this.#ledger;
    return marked.has(uid) || quarantined.has(uid) ? undefined : known.get(uid);
  }

  async intend(batch: readonly Intent[]): Promise<void> {
    const at = this.#writing?.now() ?? 0;
    const records = batch.map(
      (intent) => ({ kind: 'intent', uid: intent.uid, intent, at }) as const,
    );
    await this.#append(records, { useReserve: false });
  }

  async record(batch: readonly SeenRecord[]): Promise<void> {
    const records = batch.flatMap((one) => deliveryRecords(one, this.partsOf(one.uid)));
    await this.#append(records, { useReserve: true });
  }

  async recordParts(batch: readonly PartRecord[]): Promise<void> {
    const records = batch.map(({ uid, parts }) => ({ kind: 'part', uid, parts }) as const);
    await this.#append(records, { useReserve: true });
  }

  partsOf(uid: string): readonly string[] {
    return this.#ledger.parts.get(uid) ?? [];
  }

  isQuarantined(uid: string): boolean {
    return this.#ledger.quarantined.has(uid);
  }

  get quarantined(): readonly Quarantined[] {
    return [...this.#ledger.quarantined.values()];
  }

  async withdraw(uids: readonly string[]): Promise<void> {
    const records = uids.map((uid) => ({ kind: 'withdrawn', uid }) as const);
    await this.#append(records, { useReserve: true });
  }

  async reconcile(listed: ListedUids, now: number): Promise<void> {
    await this.#append(reconciliation(this.#ledger, listed, now), { useReserve: false });
  }

  async remembered(take: (message: Remembered) => void): Promise<void> {
    readRemembered(this.#place, this.#ledger, take);
  }

  async recognise(batch: readonly { uid: string; as: Remembered }[]): Promise<void> {
    const records = batch.flatMap(({ uid, as }): JournalRecord[] => {
      const held = this.#ledger.quarantined.get(as.uid);
      const at = held?.at ?? this.deliveredAt(as.uid) ?? 0;
      const seen = { kind: 'seen', uid, at, stored: as.stored } as const;
      return held === undefined ? [seen] : [seen, { ...held, kind: 'quarantined', uid }];
    });
    await this.#append(records, { useReserve: true });
  }

  async mark(uids: readonly string[], now: number): Promise<void> {
    const records = uids.map((uid) => ({ kind: 'marked', uid, at: now }) as const);
    await this.#append(records, { useReserve: false });
  }

  async forget(uids: readonly string[]): Promise<void> {
    const records = uids.map((uid) => ({ kind: 'forgotten', uid }) as const);
    await this.#append(records, { useReserve: false });
  }

  attempts(uid: string): Trouble | undefined {
    return this.#ledger.trouble.get(uid);
  }

  async attempted(uids: readonly string[], why: string, now: number): Promise<void> {
    const records = uids.map((uid) => {
      const count = (this.attempts(uid)?.count ?? 0) + 1;
      return { kind: 'trouble', uid, at: now, count, why } as const;
    });
    await this.#append(records, { useReserve: true });
  }

  get isMet(): boolean {
    return this.size > 0 || hasId(this.#place);
  }

  async meet(): Promise<void> {
    this.#writing?.lock.assertHeld();
    await noteMet(this.#place, this.id);
  }

  async saved(take: (record: SavedRecord) => void): Promise<void> {
    readSaved(this.#place, this.#ledger, take);
  }

  async restore(saved: readonly SavedRecord[]): Promise<number> {
    const { records, messages } = restoration(this.#ledger, saved);
    await this.#append(records, { useReserve: false });
    return messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing === undefined) return;
    try {
      await writing.journal.close();
    } finally {
      await writing.lock[Symbol.asyncDispose]();
    }
  }

  async #append(
    records: readonly JournalRecord[],
    options: { readonly useReserve: boolean },
  ): Promise<void> {
    if (records.length === 0) return;
    if (this.#writing === undefined) throw new TypeError('this store is closed, or only looks');
    this.#writing.lock.assertHeld();
    await this.#writing.journal.append(records.map(recordLine), options);
    for (const record of records) this.#ledger.apply(record);
  }
}
