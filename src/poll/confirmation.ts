import { isShort } from '../mail/short.ts';
import type { Accepted } from './settle.ts';

/**
 * Holds what came until what follows it on the wire shows that its end was no forgery (CVE-2001-0996): a message that was
 * not byte-stuffed ends early, and what is behind may read like replies.
 */
export class Confirmation {
  readonly #keep: (accepted: Accepted) => Promise<void> | undefined;
  /** What follows it has not been seen yet. */
  #last: Accepted | undefined;
  /** Those from the first short one on: its end may be no end, and what follows it a forgery. */
  #doubted: Accepted[] = [];

  constructor(keep: (accepted: Accepted) => Promise<void> | undefined) {
    this.#keep = keep;
  }

  arrived(accepted: Accepted): void {
    this.#last = accepted;
  }

  /** Something well-formed follows. Undefined: nothing to wait for, as with nearly every message. */
  followed(): Promise<void> | undefined {
    const accepted = this.#last;
    this.#last = undefined;
    if (accepted === undefined) return undefined;
    if (this.#doubted.length === 0 && !isDoubtful(accepted)) return this.#keep(accepted);
    this.#doubted.push(accepted);
    return undefined;
  }

  /** The session came to its end without a contradiction, so what was doubted is what the server meant. */
  async believe(): Promise<void> {
    await this.followed();
    for (const accepted of this.#take()) await this.#keep(accepted);
  }

  /** The session was out of step. The first of these broke it, and the others may be pieces of that. */
  disbelieve(): readonly Accepted[] {
    const last = this.#last === undefined ? [] : [this.#last];
    this.#last = undefined;
    return [...this.#take(), ...last];
  }

  #take(): readonly Accepted[] {
    const doubted = this.#doubted;
    this.#doubted = [];
    return doubted;
  }
}

function isDoubtful({ ref, octets }: Accepted): boolean {
  return octets !== undefined && isShort(ref, octets);
}
