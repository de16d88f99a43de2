import type { PopfetchEvent } from '../events.ts';
import type { WordsContext } from './words.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Remembers where each account's server is, so that the words at the account's end can name it. */
export class Surroundings {
  readonly #addresses = new Map<string, Address>();

  note(event: PopfetchEvent): void {
    if (event.type !== 'account.start') return;
    const { account, host, port } = event;
    this.#addresses.set(account, { host, port });
  }

  addressOf(account: string): Address | undefined {
    return this.#addresses.get(account);
  }

  /** What is known around an account's failure; `now` in ms since 1970. */
  of(event: Extract<PopfetchEvent, { type: 'account.end' }>, now: number): WordsContext {
    const { account, counts, destination, failing } = event;
    return { account, counts, destination, failing, now, ...this.addressOf(account) };
  }
}
