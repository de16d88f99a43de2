import type { MessageRef } from '../mail/message.ts';
import type { Accepted } from './settle.ts';

/**
 * Holds what came until what follows it on the wire shows that its end was no forgery (CVE-2001-0996): a message that was
 * not byte-stuffed ends early, and what is behind may read like replies. What the source doubts is held until it is sure.
 */
export class Confirmation {
  readonly #keep: (accepted: Accepted) => Promise<void> | undefined;
  /** Not in doubt, but what follows it has not been seen yet. */
  #last: Accepted | undefined;
  /** Perhaps pieces of messages, or others than they are taken for. */
  #doubted: Accepted[] = [];
  #doubtedSince: MessageRef | undefined;
  /** In doubt no more. */
  #sure: Accepted[] = [];

  constructor(keep: (accepted: Accepted) => Promise<void> | undefined) {
    this.#keep = keep;
  }

  /** `doubtedSince`: as the content told at its end. */
  arrived(accepted: Accepted, doubtedSince: MessageRef | undefined): void {
    if (doubtedSince !== this.#doubtedSince) {
      this.#sure = this.#doubted;
      this.#doubted = [];
      this.#doubtedSince = doubtedSince;
    }
    if (doubtedSince === undefined) this.#last = accepted;
    else this.#doubted.push(accepted);
  }

  /** Something well-formed follows. Undefined: nothing to wait for, as with nearly every message. */
  followed(): Promise<void> | undefined {
    const accepted = this.#last;
    this.#last = undefined;
    if (this.#sure.length > 0) return this.#keepSure(accepted);
    return accepted && this.#keep(accepted);
  }

  /** The retrieval came to its end, so what is in doubt still is what the server meant. */
  async believe(): Promise<void> {
    await this.followed();
    this.#sure = this.#doubted;
    this.#doubted = [];
    await this.#keepSure();
  }

  /**
   * The session broke: what is not to be believed. Where it was out of step, the first of these broke it, and the others
   * may be pieces of that; what came last is not to be believed then even if nobody doubted it.
   */
  disbelieve(isOutOfStep: boolean): readonly Accepted[] {
    const last = this.#last;
    const disbelieved = last === undefined ? this.#doubted : isOutOfStep ? [last] : [];
    if (isOutOfStep) this.#last = undefined;
    this.#doubted = [];
    return disbelieved;
  }

  async #keepSure(last?: Accepted): Promise<void> {
    const sure = last === undefined ? this.#sure : [...this.#sure, last];
    this.#sure = [];
    for (const accepted of sure) await this.#keep(accepted);
  }
}
