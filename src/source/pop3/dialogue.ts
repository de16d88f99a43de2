import type { Socket } from 'node:net';
import { Failure, type FailureCode, type FailureFacts, type Phase } from '../../errors.ts';
import type { ByteStream } from '../../net/stream.ts';
import type { SessionContext } from '../source.ts';
import { refusal } from './refusal.ts';
import { Transcript } from './transcript.ts';
import type { Command } from './wire/commands.ts';
import { type Broken, Pop3Connection, type Pop3Event, type Reply } from './wire/connection.ts';

type UsefulEvent = Exclude<Pop3Event, Broken>;

/**
 * A POP3 connection over a stream: commands out, events in. The next chunk is pulled only when the events of the last
 * are used up, so at most one chunk is held. Once it has failed it fails for good, each time with the same Failure.
 */
export class Dialogue implements Disposable {
  readonly #connection = new Pop3Connection();
  readonly #where: { readonly host: string; readonly port: number };
  readonly #timeout: number;
  readonly #transcript: Transcript;
  #stream: ByteStream;
  #events: readonly Pop3Event[] = [];
  #at = 0;
  #failure: Failure | undefined;
  /** When the status line began that is still without end. */
  #lineBegan: number | undefined;

  constructor(
    stream: ByteStream,
    where: { readonly host: string; readonly port: number; readonly timeout: number },
    tell: SessionContext['onTranscript'],
  ) {
    this.#stream = stream;
    const { host, port, timeout } = where;
    this.#where = { host, port };
    this.#timeout = timeout;
    this.#transcript = new Transcript(tell);
  }

  /** Commands not completely answered. Exact when `poll` has just returned undefined. */
  get outstanding(): number {
    return this.#connection.outstanding;
  }

  get remoteAddress(): string | undefined {
    return this.#stream.remoteAddress;
  }

  get channelBinding(): ByteStream['channelBinding'] {
    return this.#stream.channelBinding;
  }

  set phase(phase: Phase) {
    this.#stream.phase = phase;
  }

  /** This text is never shown from now on, not even when the server repeats it. */
  conceal(secret: string): void {
    this.#transcript.conceal(secret);
  }

  /** Facts for a failure that happens here and now. */
  facts(): FailureFacts {
    return { phase: this.#stream.phase, ...this.#where };
  }

  /** A -ERR as a failure. */
  refusal(reply: Reply, otherwise: FailureCode): Failure {
    const line = this.#transcript.concealed(reply.line);
    return refusal({ ...reply, line }, otherwise, this.facts());
  }

  /** Writes the commands in one go. */
  send(...commands: readonly Command[]): void {
    if (commands.length === 0) return;
    let text = '';
    for (const command of commands) {
      text += this.#connection.send(command);
      this.#transcript.sent(command);
    }
    this.#stream.write(text);
  }

  /** The next event that needs no waiting; undefined if none has arrived. */
  poll(): UsefulEvent | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    for (;;) {
      const event = this.#events[this.#at];
      if (event !== undefined) {
        this.#at++;
        if (event.type === 'broken') throw this.#fail(event.failure);
        this.#transcript.received(event);
        return event;
      }
      const chunk = this.#stream.take();
      if (chunk === undefined) return undefined;
      this.#digest(this.#connection.receive(chunk));
    }
  }

  /** Throws where what has arrived already is no answer to what was asked. */
  expectInStep(): void {
    const next = this.#events[this.#at];
    if (next === undefined ? this.outstanding === 0 : next.type === 'broken') this.poll();
  }

  /** Waits for octets. Call it only when `poll` returned undefined and something is outstanding. */
  async fill(): Promise<void> {
    const chunk = await this.#stream.read();
    this.#digest(chunk === undefined ? this.#connection.eof() : this.#connection.receive(chunk));
    this.#expectProgress();
  }

  /** A line that comes octet by octet, each within the time-out, must not take longer as a whole either. */
  #expectProgress(): void {
    if (this.#events.length > 0) return;
    const now = performance.now();
    this.#lineBegan ??= now;
    if (now - this.#lineBegan < this.#timeout) return;
    const seconds = this.#timeout / 1000;
    throw this.#fail(new Failure('timeout', `no whole answer within ${seconds} s`, { seconds }));
  }

  async next(): Promise<UsefulEvent> {
    for (;;) {
      const event = this.poll();
      if (event !== undefined) return event;
      await this.fill();
    }
  }

  /** The next event, which has to be a reply: the content of the one before has been read. */
  async reply(): Promise<Reply> {
    const event = await this.next();
    if (event.type !== 'reply') throw new Error(`${event.type} where a reply should begin`);
    return event;
  }

  async ask(command: Command): Promise<Reply> {
    this.send(command);
    return this.reply();
  }

  /** Reads the content of the reply just received to its end. */
  async content(take: (octets: Uint8Array) => void): Promise<void> {
    for (;;) {
      const event = await this.next();
      if (event.type === 'end') return;
      if (event.type === 'content') take(event.octets);
    }
  }

  /** Gives away the bare socket for TLS. Fails if the server said anything beyond the reply to STLS. */
  releaseForTls(): Socket {
    if (this.#at < this.#events.length) {
      const reason = 'the server said more than its answer to STLS';
      throw this.#fail(new Failure('tls_handshake', reason, { reason }));
    }
    return this.#stream.release();
  }

  /** Goes on over another stream: the one inside TLS. */
  continueOver(stream: ByteStream): void {
    this.#stream = stream;
  }

  /** Drops the line. */
  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }

  #digest(events: readonly Pop3Event[]): void {
    this.#events = events;
    this.#at = 0;
    if (events.length > 0) this.#lineBegan = undefined;
  }

  #fail({ code, message, facts, cause }: Failure): Failure {
    const { serverSaid } = facts;
    this.#failure = new Failure(
      code,
      message,
      {
        ...this.facts(),
        ...facts,
        ...(serverSaid !== undefined && { serverSaid: this.#transcript.concealed(serverSaid) }),
      },
      cause,
    );
    return this.#failure;
  }
}
