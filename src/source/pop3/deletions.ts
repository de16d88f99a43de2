import type { MessageRef } from '../../mail/message.ts';
import type { QuitOutcome } from '../source.ts';
import { type Command, dele } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';

/** Deletions of one session: waiting to be sent, sent, answered. Replies come in the order of the commands. */
export class Deletions {
  readonly #refs: MessageRef[] = [];
  readonly #deleted: MessageRef[] = [];
  readonly #refused: { readonly ref: MessageRef; readonly serverSaid: string }[] = [];
  #sent = 0;
  #answered = 0;

  add(ref: MessageRef): void {
    this.#refs.push(ref);
  }

  /** Sent, and still without an answer. */
  get unanswered(): number {
    return this.#sent - this.#answered;
  }

  /** Whether no more than `window` are without an answer when all are sent. */
  fit(window: number): boolean {
    return this.#refs.length <= this.#answered + window;
  }

  /** The next commands, which the caller sends now: so many that no more than `window` wait for their replies. */
  next(window: number): readonly Command[] {
    const batch = this.#refs.slice(this.#sent, this.#answered + window);
    this.#sent += batch.length;
    return batch.map((ref) => dele(ref.number));
  }

  answered(reply: Reply): void {
    const ref = this.#refs[this.#answered++];
    if (ref === undefined) throw new Error('an answer to a DELE that was not sent');
    if (reply.status === 'ok') this.#deleted.push(ref);
    else this.#refused.push({ ref, serverSaid: reply.line });
  }

  get outcome(): QuitOutcome {
    return { deleted: this.#deleted, refused: this.#refused };
  }
}
