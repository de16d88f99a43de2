import { Failure } from '../../errors.ts';
import type { Listing } from '../source.ts';
import type { Dialogue } from './dialogue.ts';
import type { Command } from './wire/commands.ts';
import { list, stat, uidl } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';
import { parseDropListing, ScanListing, UniqueIdListing } from './wire/listing.ts';

/** The commands whose replies make a listing, in the order that `Survey` needs. */
export const surveyCommands: readonly Command[] = [stat, list, uidl];

/** Puts the replies to STAT, LIST and UIDL together. */
export class Survey {
  readonly #dialogue: Dialogue;
  readonly #scan = new ScanListing();
  readonly #uniqueIds = new UniqueIdListing(this.#scan);
  #drop = { count: 0, size: 0 };

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
  }

  /** Takes one reply and reads its content. */
  async take(reply: Reply): Promise<void> {
    if (reply.command === stat) this.#takeDropListing(reply);
    else if (reply.hasContent) {
      const listing = reply.command === list ? this.#scan : this.#uniqueIds;
      await this.#dialogue.content((octets) => listing.feed(octets));
    } else if (this.#drop.count > 0) throw this.#missing(reply);
    // Some servers refuse to list an empty maildrop, which is an answer as well.
  }

  /** Once all replies are taken. A message that only one of the listings has is left for the next poll. */
  get listing(): Listing {
    const { messages, malformed, unmatched } = this.#uniqueIds;
    if (messages.length === 0 && malformed > 0) throw this.#unreadable();
    const listedTwice = this.#scan.malformed === 0 && malformed === 0 && unmatched === 0;
    const complete =
      listedTwice &&
      messages.length === this.#scan.numbers.length &&
      messages.length >= this.#drop.count;
    return { messages, ...this.#drop, complete };
  }

  #takeDropListing(reply: Reply): void {
    if (reply.status === 'err') throw this.#dialogue.refusal(reply, 'protocol');
    const drop = parseDropListing(reply);
    if (drop === undefined) {
      const reason = 'the answer to STAT is not a drop listing';
      throw new Failure('protocol', reason, {
        ...this.#dialogue.facts(),
        reason,
        serverSaid: reply.line,
      });
    }
    this.#drop = drop;
  }

  #missing(reply: Reply): Failure {
    const { code, message, facts } = this.#dialogue.refusal(reply, 'protocol');
    const reason =
      reply.command === uidl
        ? 'the server gives no unique-ids (UIDL), which tell new mail from old'
        : 'the server does not list its messages (LIST)';
    return new Failure(code, message, code === 'protocol' ? { ...facts, reason } : facts);
  }

  #unreadable(): Failure {
    const reason = 'the unique-id listing (UIDL) is unreadable';
    const serverSaid = this.#uniqueIds.firstMalformed;
    return new Failure('protocol', reason, {
      ...this.#dialogue.facts(),
      reason,
      ...(serverSaid !== undefined && { serverSaid }),
    });
  }
}
