import { type HeaderPrint, headerPrint } from '../../mail/fingerprint.ts';
import type { MessageRef } from '../../mail/message.ts';
import type { Listing, QuitOutcome, Retrieval, SessionContext, SourceSession } from '../source.ts';
import { readCapabilities } from './capabilities.ts';
import { Deletions } from './deletions.ts';
import type { Dialogue } from './dialogue.ts';
import { mostCommands, WindowedRetrieval } from './retrieval.ts';
import { Survey, type Surveyed, surveyCommands } from './survey.ts';
import type { Utf8Mode } from './utf8.ts';
import type { Capabilities } from './wire/capabilities.ts';
import { type Command, capa, quit, top } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';
import { listingOf, readHeaders, tellApart } from './without-uidl.ts';

/** Octets of a TOP reply that are kept: enough for any header, and a peek is not worth more memory. */
const largestPeek = 1024 * 1024;

export interface SessionStart {
  readonly dialogue: Dialogue;
  /** What the server said it could before the login, on the same security layer. */
  readonly capabilities: Capabilities;
  readonly pipelining: 'auto' | 'on' | 'off';
  readonly context: SessionContext;
  readonly onDispose: () => void;
  readonly utf8: Utf8Mode;
}

/** A POP3 session in TRANSACTION state. Its calls come one after the other, except that `delete` may come any time. */
export class Pop3Session implements SourceSession {
  readonly #start: SessionStart;
  readonly #dialogue: Dialogue;
  readonly #deletions = new Deletions();
  #capabilities: Capabilities;
  /** What CAPA says may change with the login (RFC 2449 §5), so it is asked again with the first command. */
  #surveyed = false;

  constructor(start: SessionStart) {
    this.#start = start;
    this.#dialogue = start.dialogue;
    this.#capabilities = start.capabilities;
  }

  get retrievalRemoves(): boolean {
    return this.expireDays === 0;
  }

  get expireDays(): number | undefined {
    const days = this.#capabilities.expire?.days;
    return days === 'never' ? undefined : days;
  }

  get loginDelay(): number | undefined {
    return this.#capabilities.loginDelay?.seconds;
  }

  /** Servers show windows and glitch: an incomplete listing is asked for once more. */
  async list(isShared?: (uid: string) => boolean): Promise<Listing> {
    this.#enter('list');
    const first = await this.#survey();
    const wantsAnother = !first.isWhole || (first.unnamed.length > 0 && first.named.length > 0);
    const surveyed = wantsAnother ? await this.#survey() : first;
    const told = await tellApart({ ...surveyed, isShared }, this.#dialogue, this.#window);
    return listingOf(surveyed, told);
  }

  async headers(refs: readonly MessageRef[]): Promise<readonly (HeaderPrint | undefined)[]> {
    const prints: (HeaderPrint | undefined)[] = [];
    await this.eachHeader(refs, (_ref, header) => prints.push(header && headerPrint(header)));
    return refs.map((_ref, at) => prints[at]);
  }

  async eachHeader(
    refs: readonly MessageRef[],
    take: (ref: MessageRef, header: Uint8Array | undefined) => void,
  ): Promise<void> {
    await this.#settle();
    await readHeaders(this.#dialogue, refs, this.#window, (index, octets) => {
      const ref = refs[index];
      if (ref !== undefined) take(ref, octets);
    });
  }

  retrieve(refs: readonly MessageRef[], stop: AbortSignal): AsyncIterable<Retrieval> {
    this.#enter('retr');
    const line = {
      dialogue: this.#dialogue,
      deletions: this.#deletions,
      window: this.#window,
      utf8: this.#start.utf8,
    };
    return new WindowedRetrieval(line, refs, stop);
  }

  async peek(ref: MessageRef, bodyLines: number): Promise<Uint8Array> {
    await this.#settle();
    this.#dialogue.phase = 'retr';
    const reply = await this.#dialogue.ask(top(ref.number, bodyLines));
    if (reply.status !== 'ok') throw this.#dialogue.refusal(reply, 'retrieve_refused');
    const slices: Uint8Array[] = [];
    let kept = 0;
    await this.#dialogue.content((octets) => {
      const slice = octets.subarray(0, largestPeek - kept);
      kept += slice.length;
      if (slice.length > 0) slices.push(Uint8Array.from(slice));
    });
    return Buffer.concat(slices);
  }

  delete(ref: MessageRef): void {
    this.#deletions.add(ref);
  }

  async quit(): Promise<QuitOutcome> {
    this.#enter('dele');
    await this.#settle(() => this.#mayLeave);
    const reply = await this.#leave();
    if (reply.status !== 'ok') throw this.#dialogue.refusal(reply, 'sys_temp');
    await this[Symbol.asyncDispose]();
    return this.#deletions.outcome;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#dialogue[Symbol.dispose]();
    this.#start.onDispose();
    return Promise.resolve();
  }

  /** For the failures of the dialogue, and for who follows the session. */
  #enter(phase: 'list' | 'retr' | 'dele' | 'quit'): void {
    this.#dialogue.phase = phase;
    this.#start.context.onPhase?.(phase);
  }

  get #pipelines(): boolean {
    const { pipelining } = this.#start;
    return pipelining === 'auto' ? this.#capabilities.has('PIPELINING') : pipelining === 'on';
  }

  get #window(): number {
    return this.#pipelines ? mostCommands : 1;
  }

  async #survey(): Promise<Surveyed> {
    await this.#settle();
    this.#dialogue.phase = 'list';
    const survey = new Survey(this.#dialogue);
    const take = async (reply: Reply): Promise<void> => {
      if (reply.command === capa) await this.#takeCapabilities(reply);
      else await survey.take(reply);
    };
    const ahead = this.#surveyed ? [] : [capa];
    this.#surveyed = true;
    // One round trip for all where that is known to work; else CAPA tells whether it works for the rest.
    if (this.#pipelines) await this.#converse([...ahead, ...surveyCommands], take);
    else {
      await this.#converse(ahead, take);
      await this.#converse(surveyCommands, take);
    }
    return survey.surveyed;
  }

  async #takeCapabilities(reply: Reply): Promise<void> {
    this.#capabilities = (await readCapabilities(this.#dialogue, reply)) ?? this.#capabilities;
    const fact = { kind: 'capabilities', isAfterLogin: true } as const;
    this.#start.context.onFact?.({ ...fact, lines: this.#capabilities.lines });
  }

  async #converse(
    commands: readonly Command[],
    take: (reply: Reply) => Promise<void>,
  ): Promise<void> {
    const together = this.#pipelines;
    if (together) this.#dialogue.send(...commands);
    for (const command of commands) {
      if (!together) this.#dialogue.send(command);
      await take(await this.#dialogue.reply());
    }
  }

  /** Nothing but deletions is unanswered, and those that were not sent yet fit behind them: QUIT may go with them. */
  get #mayLeave(): boolean {
    const { unanswered } = this.#deletions;
    const isOnlyDeleting = this.#dialogue.outstanding === unanswered;
    return this.#pipelines && isOnlyDeleting && this.#deletions.fit(this.#window);
  }

  /** Sends the last deletions and QUIT in one go; the reply to QUIT. */
  async #leave(): Promise<Reply> {
    this.#dialogue.send(...this.#deletions.next(this.#window), quit);
    for (;;) {
      if (this.#deletions.unanswered === 0) this.#enter('quit');
      const reply = await this.#dialogue.reply();
      if (reply.command === quit) return reply;
      this.#deletions.answered(reply);
    }
  }

  /**
   * Sends the deletions that wait, and reads all answers outstanding, those of an abandoned retrieval too; no further than
   * to where `isEnough`.
   */
  async #settle(isEnough = (): boolean => false): Promise<void> {
    for (;;) {
      const event = this.#dialogue.poll();
      if (event === undefined) {
        if (isEnough()) return;
        this.#sendDeletions();
        if (this.#dialogue.outstanding === 0) return;
        await this.#dialogue.fill();
      } else if (event.type === 'reply' && event.command.verb === 'DELE') {
        this.#deletions.answered(event);
      }
    }
  }

  #sendDeletions(): void {
    const ahead = this.#dialogue.outstanding;
    if (ahead * 2 <= this.#window) this.#dialogue.send(...this.#deletions.next(this.#window));
  }
}
