import type { Failure } from '../../src/errors.ts';
import type { Intent } from '../../src/mail/intent.ts';
import type { SeenRecord, SeenStore } from '../../src/state/seen-store.ts';

export type StoreStep = 'intend' | 'record' | 'withdraw' | 'reconcile';

/** Outlives a "process": give it to a second `MemorySeenStore` and that one is the next run. */
export interface MemoryRecords {
  readonly known: Map<string, number>;
  readonly gone: Map<string, number>;
  readonly promised: Map<string, Intent[]>;
}

export function memoryRecords(): MemoryRecords {
  return { known: new Map(), gone: new Map(), promised: new Map() };
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

  has(uid: string): boolean {
    return this.records.known.has(uid);
  }

  deliveredAt(uid: string): number | undefined {
    return this.records.known.get(uid);
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
    for (const { uid, deliveredAt } of batch) {
      this.records.known.set(uid, deliveredAt);
      this.records.gone.delete(uid);
      this.records.promised.delete(uid);
    }
  }

  async withdraw(uids: readonly string[]): Promise<void> {
    this.#step(
      'withdraw',
      uids.map((uid) => ({ uid })),
    );
    for (const uid of uids) this.records.promised.delete(uid);
  }

  async reconcile(listed: ReadonlySet<string>, now: number): Promise<void> {
    this.#step('reconcile', []);
    const { gone, known } = this.records;
    for (const uid of known.keys()) {
      const goneAt = gone.get(uid);
      if (listed.has(uid)) gone.delete(uid);
      else if (goneAt === undefined) gone.set(uid, now);
      else if (now - goneAt > remembered) {
        gone.delete(uid);
        known.delete(uid);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  #step(step: StoreStep, batch: readonly { readonly uid: string }[]): void {
    this.steps.push([step, ...batch.map(({ uid }) => uid)].join(' '));
    const failure = this.fail(step);
    if (failure !== undefined) throw failure;
  }
}
