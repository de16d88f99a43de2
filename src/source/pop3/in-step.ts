import { isNameless, lookAlikes } from '../../mail/identity.ts';
import type { MessageRef } from '../../mail/message.ts';
import { type Command, listingOf } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';

/** Servers miscount by no more than this that add the separator of an mbox (popa3d); others are exact, or far off. */
const tolerance = 4;

/** So much in doubt is worth a question of its own: a line that is lost later does not cost it. */
const worthwhileMessages = 64;
const worthwhileOctets = 4 * 2 ** 20;

/**
 * Whether the replies of a retrieval are those to its commands. A message of another length than listed puts that in
 * doubt: the end of a shorter one may be none, and what follows are not replies but its text (CVE-2001-0996); a longer
 * one may have swallowed the reply behind it. Servers that miscount do no harm: the doubt ends as soon as the server
 * names the message once more, by its unique-id where it has one, which no reply that is one too early or too late and
 * no writer of mail can do.
 */
export class InStep {
  /** The first message in doubt. All behind it are as well. */
  #doubted: MessageRef | undefined;
  #messages = 0;
  #octets = 0;
  #isAsked = false;

  get doubtedSince(): MessageRef | undefined {
    return this.#doubted;
  }

  /** All of this message has come. */
  ended(ref: MessageRef, octets: number): void {
    if (Math.abs(octets - ref.size) > tolerance) this.#doubted ??= ref;
    if (this.#doubted === undefined) return;
    this.#messages++;
    this.#octets += octets;
  }

  /** Whether so much is in doubt that the server is asked now, and not only at the end. */
  get isUrgent(): boolean {
    if (this.#doubted === undefined || this.#isAsked) return false;
    return this.#messages >= worthwhileMessages || this.#octets >= worthwhileOctets;
  }

  /** Which message it was, in the server's words; undefined where nothing is in doubt. */
  question(): Command | undefined {
    const doubted = this.#doubted;
    if (doubted === undefined) return undefined;
    this.#isAsked = true;
    return listingOf(hasOwnId(doubted) ? 'UIDL' : 'LIST', doubted.number);
  }

  /** The answer to the question. False: the two sides are out of step; true: what came before it is not in doubt. */
  answered(reply: Reply): boolean {
    if (this.#doubted === undefined || !names(reply, this.#doubted)) return false;
    this.#doubted = undefined;
    this.#messages = 0;
    this.#octets = 0;
    this.#isAsked = false;
    return true;
  }
}

/** Whether this answer to UIDL or LIST is about this message. A server that lists no single one (LIST) tells nothing. */
function names({ status, text, command }: Reply, { number, uid }: MessageRef): boolean {
  const [, named, rest = ''] = /^(\d+)[ \t]*(.*?)[ \t]*$/s.exec(text) ?? [];
  if (command.verb === 'UIDL') return status === 'ok' && Number(named) === number && rest === uid;
  return status === 'err' || Number(named) === number;
}

/** Whether its identity is the server's unique-id, and nothing made of its header. */
function hasOwnId({ uid }: MessageRef): boolean {
  return lookAlikes(uid) === undefined && !isNameless(uid);
}
