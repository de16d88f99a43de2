import { Failure } from '../../../errors.ts';
import { type Command, greeting } from './commands.ts';
import { type Content, MultilineDecoder } from './multiline.ts';
import { parseStatusLine, type StatusLine } from './status.ts';

const lf = 0x0a;
const cr = 0x0d;
const plus = 0x2b;
const minus = 0x2d;

/** RFC 2449 §4 says 512 octets. Whoever sends this much without a line end is not speaking POP3. */
const longestStatusLine = 64 * 1024;

/** What a failure quotes of a line that is no status line. */
const quotedOctets = 200;

export interface Reply extends StatusLine {
  readonly type: 'reply';
  readonly command: Command;
  /** Whether `content` and `end` events of the same command follow. */
  readonly hasContent: boolean;
}

export interface End {
  readonly type: 'end';
  readonly command: Command;
}

/** The line is of no further use: nothing but this event comes from now on. */
export interface Broken {
  readonly type: 'broken';
  readonly failure: Failure;
}

export type Pop3Event = Reply | Content | End | Broken;

/**
 * The client's side of a POP3 connection, without the connection: commands and bytes go in, lines to write and events
 * come out. The queue of sent commands lives here, because only the command tells whether its reply has several
 * lines; pipelining is that queue holding more than one. The events do not depend on how the bytes are cut into
 * chunks, except that content comes in as many slices.
 */
export class Pop3Connection {
  #queue: Command[] = [greeting];
  #head = 0;
  #line: Buffer[] = [];
  #lineLength = 0;
  #inContent = false;
  /** The server prompted; it must be silent until the response is sent. */
  #prompted = false;
  #broken = false;
  readonly #decoder = new MultilineDecoder();

  /** Commands whose replies are not complete yet; a fresh connection waits for the greeting. */
  get outstanding(): number {
    return this.#queue.length - this.#head;
  }

  /** Puts a command into the queue and returns what to write. */
  send(command: Command): string {
    if (command.verb === 'response') this.#prompted = false;
    else this.#queue.push(command);
    return command.line;
  }

  /** Digests one chunk. Content events are views of it. */
  receive(chunk: Uint8Array): Pop3Event[] {
    const events: Pop3Event[] = [];
    // Buffer for its search, which runs at memory speed; the octets are not copied.
    const octets = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at: number | undefined = 0;
    while (at !== undefined && at < octets.length && !this.#broken) {
      at = this.#inContent ? this.#content(octets, at, events) : this.#status(octets, at, events);
    }
    return events;
  }

  /** The other side closed. Whatever was outstanding stays unanswered. */
  eof(): Pop3Event[] {
    if (this.#broken) return [];
    this.#broken = true;
    const failure = new Failure('connection_lost', 'the server closed the connection');
    return [{ type: 'broken', failure }];
  }

  #content(octets: Buffer, from: number, events: Pop3Event[]): number | undefined {
    const behind = this.#decoder.decode(octets, from, events);
    if (behind !== undefined) {
      this.#inContent = false;
      events.push({ type: 'end', command: this.#answered() });
    }
    return behind;
  }

  #status(octets: Buffer, from: number, events: Pop3Event[]): number | undefined {
    if (this.#head === this.#queue.length || this.#prompted) {
      return this.#break('the server sent something nobody asked for', octets, from, events);
    }
    const first = octets[from];
    if (this.#lineLength === 0 && first !== plus && first !== minus) {
      return this.#break('not a status line', octets, from, events);
    }
    const end = octets.indexOf(lf, from);
    const length = (end === -1 ? octets.length : end) - from;
    this.#lineLength += length;
    if (this.#lineLength > longestStatusLine) {
      return this.#break('a status line without end', octets, from, events);
    }
    if (end === -1) {
      this.#line.push(Buffer.from(octets.subarray(from)));
      return undefined;
    }
    return this.#reply(this.#wholeLine(octets, from, end), end + 1, events);
  }

  #reply(line: Buffer, behind: number, events: Pop3Event[]): number | undefined {
    if (line[line.length - 1] !== cr) {
      return this.#break('a status line that ends in LF alone', line, 0, events);
    }
    const parsed = parseStatusLine(line.toString('latin1', 0, line.length - 1));
    const command = this.#queue[this.#head];
    if (parsed === undefined || command === undefined) {
      return this.#break('not a status line', line, 0, events);
    }
    if (parsed.status === 'continue') {
      if (command.verb !== 'AUTH') return this.#break('an unasked prompt', line, 0, events);
      this.#prompted = true;
    }
    const hasContent = parsed.status === 'ok' && command.multiline;
    events.push({ type: 'reply', command, hasContent, ...parsed });
    if (hasContent) this.#inContent = true;
    else if (parsed.status !== 'continue') this.#answered();
    return behind;
  }

  #wholeLine(octets: Buffer, from: number, end: number): Buffer {
    const tail = octets.subarray(from, end);
    const line = this.#line.length === 0 ? tail : Buffer.concat([...this.#line, tail]);
    this.#line = [];
    this.#lineLength = 0;
    return line;
  }

  #answered(): Command {
    const command = this.#queue[this.#head++];
    if (command === undefined) throw new Error('a reply without a command');
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return command;
  }

  #break(why: string, octets: Buffer, from: number, events: Pop3Event[]): undefined {
    this.#broken = true;
    const end = octets.indexOf(lf, from);
    const serverSaid = octets
      .subarray(from, end === -1 ? octets.length : end)
      .subarray(0, quotedOctets)
      .toString('latin1')
      .trimEnd();
    events.push({
      type: 'broken',
      failure: new Failure('protocol', why, { reason: why, serverSaid }),
    });
  }
}
