import { Failure } from '../../errors.ts';
import type { Dialogue } from './dialogue.ts';
import type { Command } from './wire/commands.ts';
import { list, stat, uidl } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';
import {
  type ListedMessage,
  parseDropListing,
  ScanListing,
  UniqueIdListing,
} from './wire/listing.ts';

/** The commands whose replies make a listing, in the order that `Survey` needs. */
export const surveyCommands: readonly Command[] = [stat, list, uidl];

/** With more than these, memory is worth looking after. */
const manyMessages = 2_000;

export interface Surveyed {
  readonly named: readonly ListedMessage[];
  /** Listed without a unique-id: their `uid` is empty. */
  readonly unnamed: readonly ListedMessage[];
  readonly count: number;
  readonly size: number;
  /** Every message is among them. One that only one of the listings has is left for the next poll. */
  readonly isWhole: boolean;
}

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
    if (reply.command === stat) {
      this.#takeDropListing(reply);
      if (this.#drop.count > manyMessages)
        (await import('../../util/small-heap.ts')).keepHeapSmall();
    } else if (reply.hasContent) {
      const listing = reply.command === list ? this.#scan : this.#uniqueIds;
      await this.#dialogue.content((octets) => listing.feed(octets));
    } else if (this.#drop.count > 0 && !isUnknownCommand(reply)) throw this.#missing(reply);
    // Some servers refuse to list an empty maildrop, which is an answer as well.
  }

  /** Once all replies are taken. */
  get surveyed(): Surveyed {
    const { messages, malformed, blank, unmatched, unnamed } = this.#uniqueIds;
    if (messages.length === 0 && malformed > blank) throw this.#unreadable();
    // What arrived between two of the answers is not in the count, and left for the next poll.
    const counted = unnamed.filter(({ number }) => number <= this.#drop.count);
    const isWhole =
      this.#scan.malformed === 0 &&
      malformed === blank &&
      unmatched === 0 &&
      counted.length === unnamed.length &&
      messages.length + counted.length >= this.#drop.count;
    return { named: messages, unnamed: counted, ...this.#drop, isWhole };
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
        ? 'the server does not list its unique-ids (UIDL)'
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

/** UIDL may be missing (RFC 1939 §7); a refusal with a response code says that something is wrong instead. */
function isUnknownCommand(reply: Reply): boolean {
  return reply.command === uidl && reply.code === undefined;
}
