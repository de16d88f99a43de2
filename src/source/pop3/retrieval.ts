import { Failure } from '../../errors.ts';
import type { Content, MessageRef } from '../../mail/message.ts';
import type { Retrieval } from '../source.ts';
import type { Deletions } from './deletions.ts';
import type { Dialogue } from './dialogue.ts';
import { InStep } from './in-step.ts';
import { needsUtf8, type Utf8Mode } from './utf8.ts';
import { type Command, noop, retr } from './wire/commands.ts';
import type { Reply } from './wire/connection.ts';
import { hasCode } from './wire/status.ts';

/**
 * RETR commands ahead of their replies at most, and as many DELE. Together they are 14 KB: no server's receive buffer
 * fills up.
 */
export const mostCommands = 512;

/** Listed octets ahead at most: what still comes after a stop. A message counts for no more than this. */
const mostOctets = 4 * 1024 * 1024;

const done = { done: true, value: undefined } as const;

/**
 * One run of RETR commands, several ahead of their replies where the server pipelines. The window is filled up when
 * it is half empty, in one write, and only when no octets are waiting to be used. Behind the last RETR goes a NOOP:
 * its reply confirms the last message, as the next RETR's reply confirms every other. Where a message was not as long as
 * listed, that is not enough: `InStep` has the server asked. Between RETR commands the question costs nothing.
 */
export class WindowedRetrieval implements AsyncIterableIterator<Retrieval> {
  readonly #dialogue: Dialogue;
  readonly #deletions: Deletions;
  readonly #refs: readonly MessageRef[];
  readonly #stop: AbortSignal;
  readonly #utf8: Utf8Mode;
  readonly #window: number;
  #sent = 0;
  #answered = 0;
  #octetsAhead = 0;
  /** Asked: all messages, and NOOP. Answered: NOOP too; the last question may be open. */
  #state: 'asking' | 'asked' | 'answered' | 'ended' = 'asking';
  #content: MessageContent | undefined;
  readonly #inStep = new InStep();

  constructor(
    line: {
      readonly dialogue: Dialogue;
      readonly deletions: Deletions;
      readonly window: number;
      readonly utf8: Utf8Mode;
    },
    refs: readonly MessageRef[],
    stop: AbortSignal,
  ) {
    this.#dialogue = line.dialogue;
    this.#deletions = line.deletions;
    this.#window = line.window;
    this.#utf8 = line.utf8;
    this.#refs = refs;
    this.#stop = stop;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Retrieval>> {
    if (this.#content?.open === true) await this.#content.skip();
    this.#content = undefined;
    while (this.#state !== 'ended') {
      const event = this.#dialogue.poll();
      if (event === undefined) await this.wait();
      else if (event.type !== 'reply') throw new Error(`${event.type} between two messages`);
      else {
        const retrieval = this.#answer(event);
        if (retrieval !== undefined) return { done: false, value: retrieval };
      }
    }
    return done;
  }

  /** Nobody wants the rest. What is on its way is read and thrown away by whatever the session does next. */
  return(): Promise<IteratorResult<Retrieval>> {
    this.#state = 'ended';
    this.#content?.abandon();
    return Promise.resolve(done);
  }

  /** Waits for octets, after asking for more messages if the window is half empty. */
  async wait(): Promise<void> {
    if (this.#state !== 'ended') this.#topUp();
    if (this.#dialogue.outstanding > 0) await this.#dialogue.fill();
    else this.#state = 'ended';
  }

  /** All of this message has come. */
  ended(ref: MessageRef, octets: number): void {
    this.#inStep.ended(ref, octets);
  }

  get doubtedSince(): MessageRef | undefined {
    return this.#inStep.doubtedSince;
  }

  /** So much of the current message has come. */
  arrived(octets: number): void {
    this.#octetsAhead -= octets;
  }

  #answer(reply: Reply): Retrieval | undefined {
    const { verb } = reply.command;
    if (verb === 'RETR') return this.#message(reply);
    if (verb === 'DELE') this.#deletions.answered(reply);
    else this.#confirmed(reply);
    return undefined;
  }

  /** The answer to NOOP, or to a question. */
  #confirmed(reply: Reply): void {
    this.#dialogue.expectInStep();
    if (reply.command.verb === 'NOOP') this.#state = 'answered';
    else if (!this.#inStep.answered(reply)) throw this.#outOfStep(reply);
    if (this.#state !== 'answered') return;
    const question = this.#inStep.question();
    if (question === undefined) this.#state = 'ended';
    else this.#dialogue.send(question);
  }

  #outOfStep({ line }: Reply): Failure {
    const reason = 'it answers something else than it was asked';
    const facts = this.#dialogue.facts();
    return new Failure('protocol', reason, { ...facts, reason, serverSaid: line });
  }

  #message(reply: Reply): Retrieval {
    const ref = this.#refs[this.#answered++];
    if (ref === undefined) throw new Error('an answer to a RETR that was not sent');
    const weight = weightOf(ref);
    if (reply.hasContent) {
      this.#content = new MessageContent(this.#dialogue, this, ref);
      return { kind: 'message', ref, content: this.#content };
    }
    this.#octetsAhead -= weight;
    if (hasCode(reply, 'SYS/TEMP')) throw this.#dialogue.refusal(reply, 'sys_temp');
    const refused = { kind: 'refused', ref, serverSaid: reply.line } as const;
    if (!hasCode(reply, 'UTF8')) return refused;
    return { ...refused, failure: needsUtf8(this.#dialogue, reply, this.#utf8) };
  }

  #topUp(): void {
    const waiting = this.#dialogue.outstanding > 0;
    const ahead = this.#sent - this.#answered;
    const full = ahead * 2 > this.#window || this.#octetsAhead * 2 > mostOctets;
    if (waiting && (full || this.#window === 1)) return;
    const commands = this.#nextCommands(this.#window - ahead);
    // Without pipelining deletions wait for quit: they cost the same there.
    if (this.#window > 1) commands.push(...this.#deletions.next(this.#window));
    this.#dialogue.send(...commands);
  }

  #nextCommands(room: number): Command[] {
    if (this.#state !== 'asking') return [];
    const commands = this.#urgent();
    while (commands.length < room && !this.#stop.aborted) {
      const ref = this.#refs[this.#sent];
      if (ref === undefined || !this.#fits(ref)) break;
      commands.push(retr(ref.number));
      this.#sent++;
      this.#octetsAhead += weightOf(ref);
    }
    const all = this.#stop.aborted || this.#sent === this.#refs.length;
    if (all && this.#sent > 0 && commands.length < room) {
      commands.push(noop);
      this.#state = 'asked';
    }
    return commands;
  }

  #urgent(): Command[] {
    const question = this.#inStep.isUrgent ? this.#inStep.question() : undefined;
    return question === undefined ? [] : [question];
  }

  #fits(ref: MessageRef): boolean {
    return this.#octetsAhead === 0 || this.#octetsAhead + weightOf(ref) <= mostOctets;
  }
}

/** The content of one message: iterator and iterable in one, since it can be read only once. */
class MessageContent implements AsyncIterableIterator<Uint8Array>, Content {
  readonly #dialogue: Dialogue;
  readonly #retrieval: WindowedRetrieval;
  readonly #ref: MessageRef;
  /** Listed octets still to come; the listing may be wrong, so the end settles it. */
  #weight: number;
  #octets = 0;
  #state: 'open' | 'abandoned' | 'complete' = 'open';

  constructor(dialogue: Dialogue, retrieval: WindowedRetrieval, ref: MessageRef) {
    this.#dialogue = dialogue;
    this.#retrieval = retrieval;
    this.#ref = ref;
    this.#weight = weightOf(ref);
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  get doubtedSince(): MessageRef | undefined {
    return this.#retrieval.doubtedSince;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  take(): Uint8Array | 'end' | undefined {
    if (this.#state === 'complete') return 'end';
    // An end here would pass off a torn message as whole.
    if (this.#state === 'abandoned') throw new Error('read after moving on');
    const taken = this.#take();
    if (taken === 'end') this.#state = 'complete';
    return taken;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const taken = this.take();
      if (taken === 'end') return done;
      if (taken !== undefined) return { done: false, value: taken };
      await this.#retrieval.wait();
    }
  }

  /** Reads the rest and drops it; nobody can read it any more. */
  async skip(): Promise<void> {
    this.#state = 'abandoned';
    for (let taken = this.#take(); taken !== 'end'; taken = this.#take()) {
      if (taken === undefined) await this.#retrieval.wait();
    }
  }

  abandon(): void {
    if (this.#state === 'open') this.#state = 'abandoned';
  }

  /** The next slice; undefined if it has not arrived yet. */
  #take(): Uint8Array | 'end' | undefined {
    const event = this.#dialogue.poll();
    if (event === undefined) return undefined;
    const slice = event.type === 'content' ? event.octets : undefined;
    const listed = Math.min(slice?.length ?? this.#weight, this.#weight);
    this.#weight -= listed;
    this.#retrieval.arrived(listed);
    if (slice === undefined) this.#retrieval.ended(this.#ref, this.#octets);
    this.#octets += slice?.length ?? 0;
    return slice ?? 'end';
  }
}

function weightOf(ref: MessageRef): number {
  return Math.min(ref.size, mostOctets);
}
