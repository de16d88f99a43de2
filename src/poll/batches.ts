import type { Accepted, Settled } from './settle.ts';

/** A batch is worth its five sync points from here on; smaller ones only at the end. */
const worthwhileMessages = 64;
const worthwhileOctets = 4 * 2 ** 20;
/** Nothing accepted waits longer than this for the next message to come and close its batch. */
const worthwhileMs = 200;
/** What may wait while the batch before is being settled; beyond it, retrieval waits too. */
const mostMessages = 1024;
const mostOctets = 64 * 2 ** 20;

export interface BatchesParts {
  readonly settle: (batch: readonly Accepted[]) => Promise<Settled>;
  readonly onSettled: (settled: Settled) => void;
  /** Called once when a batch could not be settled; nothing more will be. */
  readonly onBroken: () => void;
  readonly now: () => number;
}

/**
 * Groups accepted messages into batches and settles one while the next is coming in. A batch that could not be settled
 * ends everything: `add` and `finish` reject with its failure.
 */
export class Batches {
  readonly #parts: BatchesParts;
  #waiting: Accepted[] = [];
  #waitingOctets = 0;
  #since = 0;
  #running: Promise<void> | undefined;
  #broken: { readonly thrown: unknown } | undefined;

  constructor(parts: BatchesParts) {
    this.#parts = parts;
  }

  /** Takes one more. Undefined: there is room for the next; otherwise too much waits already, until it resolves. */
  add(accepted: Accepted): Promise<void> | undefined {
    if (this.#broken) throw this.#broken.thrown;
    if (this.#waiting.length === 0) this.#since = this.#parts.now();
    this.#waiting.push(accepted);
    this.#waitingOctets += accepted.delivery.size;
    if (this.#running === undefined && this.#worthwhile()) this.#start();
    else if (this.#waiting.length >= mostMessages || this.#waitingOctets >= mostOctets)
      return this.#running;
    return undefined;
  }

  /** Settles what waits now, because something long comes next. */
  flush(): void {
    if (this.#running === undefined && this.#waiting.length > 0) this.#start();
  }

  /** Settles the rest. */
  async finish(): Promise<void> {
    while (this.#running !== undefined || this.#waiting.length > 0) {
      if (this.#broken) break;
      this.flush();
      await this.#running;
    }
    if (this.#broken) throw this.#broken.thrown;
  }

  #worthwhile(): boolean {
    return (
      this.#waiting.length >= worthwhileMessages ||
      this.#waitingOctets >= worthwhileOctets ||
      this.#parts.now() - this.#since >= worthwhileMs
    );
  }

  #start(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingOctets = 0;
    this.#running = this.#parts
      .settle(batch)
      .then(this.#parts.onSettled)
      .catch((thrown: unknown) => {
        this.#broken = { thrown };
        this.#parts.onBroken();
      })
      .finally(() => {
        this.#running = undefined;
      });
  }
}
