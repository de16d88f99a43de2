import { createHash, randomUUID } from 'node:crypto';
import type {
  Delivery,
  Destination,
  FailedDelivery,
  Recovered,
} from '../../src/destination/destination.ts';
import type { Failure } from '../../src/errors.ts';
import type { Intent } from '../../src/mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../../src/mail/message.ts';
import { CrlfToLf } from '../../src/mail/newline.ts';
import { traceOf } from '../../src/mail/trace.ts';

export type DestinationStep = 'prepare' | 'accept' | 'secure' | 'commit' | 'recover';

interface Stored {
  readonly owner: string;
  readonly uid: string;
  readonly place: string;
  readonly sha256: string;
  readonly bytes: Buffer;
}

/** Outlives a "process": give it to a second `MemoryDestination` and that one is the next run. */
export interface MemoryDisk {
  readonly tmp: Map<string, Stored>;
  readonly visible: Map<string, Stored>;
}

export function memoryDisk(): MemoryDisk {
  return { tmp: new Map(), visible: new Map() };
}

/**
 * A destination that keeps messages in memory, by the same contract as the real ones. `fail` is asked before each step
 * (for accept, secure and commit once a message, with its uid) and may return a Failure to fail with, or throw to "crash".
 */
export class MemoryDestination implements Destination {
  readonly label = 'memory';
  readonly disk: MemoryDisk;
  /** Each step as it was taken: `accept a`, `secure`, `commit` … */
  readonly steps: string[] = [];
  fail: (step: DestinationStep, uid: string | undefined) => Failure | undefined = () => undefined;
  readonly #held = new Map<Delivery, Stored>();
  readonly #owner: string;

  constructor(disk: MemoryDisk = memoryDisk(), owner = 'owner') {
    this.disk = disk;
    this.#owner = owner;
  }

  /** The visible messages' texts, in the order of delivery. */
  get texts(): string[] {
    return [...this.disk.visible.values()].map((stored) => stored.bytes.toString('latin1'));
  }

  get uids(): string[] {
    return [...this.disk.visible.values()].map((stored) => stored.uid);
  }

  async prepare(): Promise<void> {
    this.steps.push('prepare');
    this.#throwIf('prepare', undefined);
  }

  async accept(message: RetrievedMessage, envelope: Envelope): Promise<Delivery> {
    const { uid } = message.ref;
    this.steps.push(`accept ${uid}`);
    const newlines = new CrlfToLf();
    const parts: Buffer[] = [];
    for await (const slice of message.content) {
      const part = Buffer.alloc(slice.length + 1);
      parts.push(part.subarray(0, newlines.convert(slice, part, 0)));
    }
    const last = Buffer.alloc(1);
    parts.push(last.subarray(0, newlines.finish(last, 0)));
    this.#throwIf('accept', uid);
    const content = Buffer.concat(parts);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const delivery: Delivery = { uid, size: content.length, sha256, messageId: undefined };
    const bytes = Buffer.concat([traceOf(envelope, 'memory').above(content), content]);
    const place = randomUUID();
    const stored = { owner: this.#owner, uid, place, sha256, bytes };
    this.disk.tmp.set(place, stored);
    this.#held.set(delivery, stored);
    return delivery;
  }

  async secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    this.steps.push(`secure ${uidsOf(batch)}`);
    const failed = this.#failures('secure', batch);
    for (const { delivery } of failed) await this.abort(delivery);
    return failed;
  }

  intent(delivery: Delivery): Omit<Intent, 'bootId'> {
    const { uid, size, sha256 } = delivery;
    return { uid, place: this.#storedFor(delivery).place, size, sha256 };
  }

  async commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    this.steps.push(`commit ${uidsOf(batch)}`);
    const failed = this.#failures('commit', batch);
    for (const delivery of batch) {
      if (failed.some((one) => one.delivery === delivery)) continue;
      this.#show(this.#storedFor(delivery));
    }
    return failed;
  }

  pathOf(delivery: Delivery): string | undefined {
    return `memory:${this.#storedFor(delivery).place}`;
  }

  async abort(delivery: Delivery): Promise<void> {
    this.steps.push(`abort ${delivery.uid}`);
    this.disk.tmp.delete(this.#storedFor(delivery).place);
  }

  async recover(intents: readonly Intent[]): Promise<readonly Recovered[]> {
    this.steps.push(`recover ${intents.map((intent) => intent.uid).join(' ')}`);
    this.#throwIf('recover', undefined);
    const recovered = intents.map(({ uid, place, sha256 }): Recovered => {
      const stored = this.disk.tmp.get(place);
      if (stored?.sha256 === sha256) this.#show(stored);
      return { uid, state: this.disk.visible.has(place) ? 'delivered' : 'absent' };
    });
    for (const { owner, place } of this.disk.tmp.values()) {
      if (owner === this.#owner) this.disk.tmp.delete(place);
    }
    return recovered;
  }

  #show(stored: Stored): void {
    this.disk.tmp.delete(stored.place);
    this.disk.visible.set(stored.place, stored);
  }

  #storedFor(delivery: Delivery): Stored {
    const stored = this.#held.get(delivery);
    if (stored === undefined) throw new TypeError('a delivery of another destination');
    return stored;
  }

  #throwIf(step: DestinationStep, uid: string | undefined): void {
    const failure = this.fail(step, uid);
    if (failure !== undefined) throw failure;
  }

  #failures(step: DestinationStep, batch: readonly Delivery[]): FailedDelivery[] {
    return batch.flatMap((delivery) => {
      const failure = this.fail(step, delivery.uid);
      return failure === undefined ? [] : [{ delivery, failure }];
    });
  }
}

function uidsOf(batch: readonly Delivery[]): string {
  return batch.map((delivery) => delivery.uid).join(' ');
}
