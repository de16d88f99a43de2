import type { Failure } from '../../src/errors.ts';
import type { Intent } from '../../src/mail/intent.ts';
import type {
  PartRecord,
  Quarantined,
  Remembered,
  SavedRecord,
  SeenRecord,
  SeenStore,
  Trouble,
} from '../../src/state/seen-store.ts';

export type StoreStep =
  | 'intend'
  | 'record'
  | 'recordParts'
  | 'withdraw'
  | 'reconcile'
  | 'recognise'
  | 'mark'
  | 'forget'
  | 'attempted'
  | 'restore';

/** Outlives a "process": give it to a second `MemorySeenStore` and that one is the next run. */
export interface MemoryRecords {
  readonly known: Map<string, number>;
  readonly gone: Map<string, number>;
  readonly marked: Set<string>;
  readonly promised: Map<string, Intent[]>;
  readonly stored: Map<string, Remembered['stored'][]>;
  readonly trouble: Map<string, Trouble>;
  readonly parts: Map<string, readonly string[]>;
  readonly quarantined: Map<string, Quarantined>;
  isMet: boolean;
}

export function memoryRecords(): MemoryRecords {
  return {
    known: new Map(),
    gone: new Map(),
    marked: new Set(),
    promised: new Map(),
    stored: new Map(),
    trouble: new Map(),
    parts: new Map(),
    quarantined: new Map(),
    isMet: false,
  };
}

const remembered = 30 * 24 * 3600 * 1000;

/**
 * A store that keeps its records in memory, by the same contract as the journal. `fail` is asked before each step and
 * may return a Failure to reject with, or throw to "crash"; nothing is recorded then.
 */
export class MemorySeenStore implements SeenStore {
  readonly id = 'memory';
  readonly bootId: string;
  readonly records: MemoryRecords;
  /** Each step as it was taken: `intend a b`, `record a b` … */
  readonly steps: string[] = [];
  disposed = false;
  fail: (step: StoreStep) => Failure | undefined = () => undefined;

  constructor(records: MemoryRecords = memoryRecords(), bootId = 'boot') {
    this.records = records;
    this.bootId = bootId;
  }

  get size(): number {
    return this.records.known.size;
  }

  get unsettled(): readonly Intent[] {
    return [...this.records.promised.values()].flat();
  }

  get present(): number {
    const { known, gone, marked } = this.records;
    return [...known.keys()].filter((uid) => !gone.has(uid) && !marked.has(uid)).length;
  }

  has(uid: string): boolean {
    return this.records.known.has(uid);
  }

  isGone(uid: string): boolean {
    return this.records.gone.has(uid);
  }

  deliveredAt(uid: string): number | undefined {
    const { known, marked } = this.records;
    return marked.has(uid) || this.isQuarantined(uid) ? undefined : known.get(uid);
  }

  async intend(batch: readonly Intent[]): Promise<void> {
    this.#step('intend', batch);
    const { promised } = this.records;
    for (const intent of batch) {
      promised.set(intent.uid, [...(promised.get(intent.uid) ?? []), intent]);
    }
  }

  async record(batch: readonly SeenRecord[]): Promise<void> {
    this.#step('record', batch);
    for (const { uid, deliveredAt, quarantined: why } of batch) {
      const { promised, stored, parts, quarantined } = this.records;
      stored.set(uid, [...(stored.get(uid) ?? []), ...(promised.get(uid) ?? [])]);
      const kept = this.partsOf(uid);
      this.#know(uid, deliveredAt);
      if (why === undefined) continue;
      quarantined.set(uid, { uid, at: deliveredAt, why });
      if (kept.length > 0) parts.set(uid, kept);
    }
  }

  async recordParts(batch: readonly PartRecord[]): Promise<void> {
    this.#step('recordParts', batch);
    for (const { uid, parts } of batch) {
      this.records.parts.set(uid, [...new Set([...this.partsOf(uid), ...parts])]);
      this.records.promised.delete(uid);
    }
  }

  partsOf(uid: string): readonly string[] {
    return this.records.parts.get(uid) ?? [];
  }

  isQuarantined(uid: string): boolean {
    return this.records.quarantined.has(uid);
  }

  get quarantined(): readonly Quarantined[] {
    return [...this.records.quarantined.values()];
  }

  async withdraw(uids: readonly string[]): Promise<void> {
    this.#step('withdraw', references(uids));
    for (const uid of uids) this.records.promised.delete(uid);
  }

  async reconcile(uids: Iterable<string>, now: number): Promise<void> {
    const listed = new Set(uids);
    this.#step('reconcile', []);
    const { gone, known } = this.records;
    for (const uid of known.keys()) {
      const goneAt = gone.get(uid);
      if (listed.has(uid)) gone.delete(uid);
      else if (goneAt === undefined) gone.set(uid, now);
      else if (now - goneAt > remembered && !this.isQuarantined(uid)) {
        gone.delete(uid);
        known.delete(uid);
      }
    }
    for (const facts of [this.records.trouble, this.records.parts])
      for (const uid of facts.keys()) if (!listed.has(uid) && !this.has(uid)) facts.delete(uid);
  }

  async remembered(take: (message: Remembered) => void): Promise<void> {
    for (const [uid, all] of this.records.stored)
      if (this.has(uid)) for (const stored of all) take({ uid, stored });
  }

  async recognise(batch: readonly { uid: string; as: Remembered }[]): Promise<void> {
    this.#step('recognise', batch);
    for (const { uid, as } of batch) {
      const { stored } = this.records;
      stored.set(uid, [...(stored.get(uid) ?? []), as.stored]);
      const held = this.records.quarantined.get(as.uid);
      this.#know(uid, held?.at ?? this.deliveredAt(as.uid) ?? 0);
      if (held !== undefined) this.records.quarantined.set(uid, { ...held, uid });
    }
  }

  async mark(uids: readonly string[], now: number): Promise<void> {
    this.#step('mark', references(uids));
    for (const uid of uids) {
      this.#know(uid, now);
      this.records.marked.add(uid);
    }
  }

  async forget(uids: readonly string[]): Promise<void> {
    this.#step('forget', references(uids));
    for (const uid of uids)
      for (const facts of [this.records.known, ...this.#facts]) facts.delete(uid);
  }

  attempts(uid: string): Trouble | undefined {
    return this.records.trouble.get(uid);
  }

  async attempted(uids: readonly string[], why: string, now: number): Promise<void> {
    this.#step('attempted', references(uids));
    for (const uid of uids) {
      const count = (this.attempts(uid)?.count ?? 0) + 1;
      this.records.trouble.set(uid, { count, why, at: now });
    }
  }

  get isMet(): boolean {
    return this.size > 0 || this.records.isMet;
  }

  async meet(): Promise<void> {
    this.records.isMet = true;
  }

  async saved(take: (record: SavedRecord) => void): Promise<void> {
    for (const uid of this.#onRecord()) {
      const held = this.records.quarantined.get(uid);
      const goneAt = this.records.gone.get(uid);
      const stored = this.records.stored.get(uid)?.at(-1);
      const parts = this.records.parts.get(uid);
      const trouble = this.attempts(uid);
      take({
        uid,
        state: this.#stateOf(uid),
        at: this.records.known.get(uid) ?? 0,
        ...(held && { why: held.why }),
        ...(goneAt !== undefined && { goneAt }),
        ...(stored && { stored: withoutPromise(stored) }),
        ...(parts && { parts }),
        ...(trouble && { trouble }),
      });
    }
  }

  async restore(records: readonly SavedRecord[]): Promise<number> {
    const onRecord = this.#onRecord();
    const { promised } = this.records;
    const isNew = ({ uid }: SavedRecord) => !onRecord.has(uid) && !promised.has(uid);
    const firsts = new Map(records.toReversed().map((one) => [one.uid, one]));
    const fresh = [...firsts.values()].filter(isNew);
    this.#step('restore', fresh);
    for (const { uid, state, at, why = '', goneAt, stored, parts, trouble } of fresh) {
      if (state !== 'undelivered') this.#know(uid, at);
      if (state === 'marked') this.records.marked.add(uid);
      if (state === 'quarantined') this.records.quarantined.set(uid, { uid, at, why });
      if (goneAt !== undefined) this.records.gone.set(uid, goneAt);
      if (stored) this.records.stored.set(uid, [stored]);
      if (parts) this.records.parts.set(uid, parts);
      if (trouble) this.records.trouble.set(uid, trouble);
    }
    return fresh.length;
  }

  #onRecord(): ReadonlySet<string> {
    const { known, parts, trouble } = this.records;
    return new Set([...known.keys(), ...parts.keys(), ...trouble.keys()]);
  }

  #stateOf(uid: string): SavedRecord['state'] {
    if (!this.has(uid)) return 'undelivered';
    if (this.isQuarantined(uid)) return 'quarantined';
    return this.records.marked.has(uid) ? 'marked' : 'delivered';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  #know(uid: string, at: number): void {
    for (const facts of [this.records.promised, ...this.#facts]) facts.delete(uid);
    this.records.known.set(uid, at);
    this.records.marked.delete(uid);
  }

  /** What ends with the next delivery. */
  get #facts(): readonly Map<string, unknown>[] {
    const { gone, trouble, parts, quarantined } = this.records;
    return [gone, trouble, parts, quarantined];
  }

  #step(step: StoreStep, batch: readonly { readonly uid: string }[]): void {
    this.steps.push([step, ...batch.map(({ uid }) => uid)].join(' '));
    const failure = this.fail(step);
    if (failure !== undefined) throw failure;
  }
}

function withoutPromise(stored: Remembered['stored']): Remembered['stored'] {
  const { place, size, sha256, print } = stored;
  return { place, size, sha256, ...(print && { print }) };
}

function references(uids: readonly string[]): readonly { readonly uid: string }[] {
  return uids.map((uid) => ({ uid }));
}
