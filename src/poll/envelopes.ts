import type { Envelope, MessageRef } from '../mail/message.ts';
import type { SeenStore } from '../state/seen-store.ts';
import type { PollAccount, PollContext } from './poll.ts';
import { reasonForQuarantine } from './quarantine.ts';

/** What a destination is told of each message besides its content. */
export class Envelopes {
  readonly #account: PollAccount;
  readonly #store: Pick<SeenStore, 'attempts' | 'partsOf'>;
  readonly #now: PollContext['now'];
  #latest: Envelope | undefined;

  constructor(
    account: PollAccount,
    store: Pick<SeenStore, 'attempts' | 'partsOf'>,
    now: PollContext['now'],
  ) {
    this.#account = account;
    this.#store = store;
    this.#now = now;
  }

  of({ uid }: MessageRef): Envelope {
    const { onReject } = this.#account;
    const envelope = this.#envelopeOfNow();
    const rejected = onReject === 'quarantine' ? reasonForQuarantine(uid, this.#store) : undefined;
    if (rejected !== undefined) return { ...envelope, rejected };
    const already = this.#store.partsOf(uid);
    return already.length === 0 ? envelope : { ...envelope, already };
  }

  /** The same for messages of the same second: dates in trace lines and file names know no less. */
  #envelopeOfNow(): Envelope {
    const now = this.#now();
    const second = now - (now % 1000);
    if (this.#latest?.receivedAt.getTime() !== second)
      this.#latest = { ...this.#account.envelope, receivedAt: new Date(second) };
    return this.#latest;
  }
}
