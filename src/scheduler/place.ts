import type { Clock } from './clock.ts';

export interface PlaceOwner {
  /** It may be idle after a while. */
  readonly waits: () => void;
  /** It was idle and gets on again. */
  readonly goesOn: () => void;
}

/**
 * What a poll holds while it runs. It knows whether the poll gets on: whoever has waited long for a server, and got next
 * to nothing, uses no processor, no disk and no line, and need not keep others from theirs.
 */
export class Place {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #owner: PlaceOwner;
  #waitsSince: number | undefined;
  /** ms waited for which no octets came. */
  #waited = 0;
  #isIdle = false;

  constructor(clock: Pick<Clock, 'now'>, owner: PlaceOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** When it is idle unless octets come before; undefined where it does not wait, or is idle already. */
  get idleAt(): number | undefined {
    if (this.#waitsSince === undefined || this.#isIdle) return undefined;
    return this.#waitsSince + patience - this.#waited;
  }

  /** The poll waits for its server from now on. */
  waits(): void {
    this.#waitsSince ??= this.#clock.now();
    if (!this.#isIdle) this.#owner.waits();
  }

  /** So many octets have come; a wait is over. */
  received(octets: number): void {
    if (this.#waitsSince === undefined) return;
    const waited = this.#waited + this.#clock.now() - this.#waitsSince;
    this.#waitsSince = undefined;
    this.#waited = Math.max(0, Math.min(waited, patience) - octets / leastSpeed);
    if (this.#waited > patience / 2 || !this.#isIdle) return;
    this.#isIdle = false;
    this.#owner.goesOn();
  }

  /** Looks at the clock. */
  look(): void {
    const { idleAt } = this;
    if (idleAt !== undefined && idleAt <= this.#clock.now()) this.#isIdle = true;
  }
}

/** ms. */
const patience = 1000;
/** Octets a ms: half of what a modem of 1990 brought. A server that sends an octet now and then does not get on. */
const leastSpeed = 0.5;
