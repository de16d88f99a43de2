import { createHash, type Hash, hash } from 'node:crypto';

/** What a message is recognised by when its unique-id has changed. */
export interface Fingerprint {
  readonly header: string;
  /** SHA-256 (base64url) of the message as sent, without the header fields that mail servers write. */
  readonly content: string;
}

/** What is known of a message by its header alone. */
export interface HeaderPrint {
  /** Of the whole header without the fields that mail servers write: 128 bits of SHA-256, base64url. */
  readonly header: string;
  /** Whether no other message has this header: it names the message, and the way that this copy came. */
  readonly isTelling: boolean;
}

/** Servers write these into the messages that they keep, and change them from one session to the next. */
const writtenByServers: ReadonlySet<string> = new Set([
  'status',
  'x-status',
  'x-uid',
  'x-uidl',
  'x-imapbase',
  'x-keywords',
]);

/** A header beyond this is hashed as it stands. */
const largestHeader = 256 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** Takes the fingerprint of a message while its slices pass; each slice is only looked at during the call. */
export class Fingerprinter {
  #head = Buffer.alloc(0);
  #filled = 0;
  /** Where the line begins that has not ended yet. */
  #line = 0;
  #hash: Hash | undefined;
  #header = '';

  take(slice: Uint8Array): void {
    if (this.#hash !== undefined) {
      this.#hash.update(slice);
      return;
    }
    this.#keep(slice);
    const end = this.#endOfHeader();
    if (end !== undefined || this.#filled > largestHeader) this.#beginBody(end ?? this.#filled);
  }

  finish(): Fingerprint {
    if (this.#hash === undefined) this.#beginBody(this.#filled);
    return { header: this.#header, content: this.#hash?.digest('base64url') ?? '' };
  }

  #keep(slice: Uint8Array): void {
    const needed = this.#filled + slice.length;
    if (needed > this.#head.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#head.length));
      this.#head.copy(larger, 0, 0, this.#filled);
      this.#head = larger;
    }
    this.#head.set(slice, this.#filled);
    this.#filled = needed;
  }

  #endOfHeader(): number | undefined {
    const { end, line } = endOfHeader(this.#head.subarray(0, this.#filled), this.#line);
    this.#line = line;
    return end;
  }

  #beginBody(end: number): void {
    const { kept } = fieldsOf(this.#head, end);
    this.#header = shortHash(kept);
    const body = this.#head.subarray(end, this.#filled);
    this.#hash = createHash('sha256').update(kept).update(body);
    this.#head = Buffer.alloc(0);
  }
}

/** From the answer to `TOP n 0`: the header, with the empty line behind it or without. */
export function headerPrint(top: Uint8Array): HeaderPrint {
  const head = Buffer.from(top.buffer, top.byteOffset, top.byteLength);
  const { kept, names } = fieldsOf(head, endOfHeader(head, 0).end ?? head.length);
  return {
    header: shortHash(kept),
    isTelling: names.has('message-id') && names.has('received'),
  };
}

/** The message as it passes, with its fingerprint once it has passed wholly. */
export function fingerprinted(content: AsyncIterable<Uint8Array>): {
  readonly content: AsyncIterable<Uint8Array>;
  readonly print: () => Fingerprint;
} {
  const printer = new Fingerprinter();
  return { content: new Passing(content, printer), print: () => printer.finish() };
}

/** No generator: most messages are a slice or two, and its turns would cost more than their bytes. */
class Passing implements AsyncIterableIterator<Uint8Array> {
  readonly #inner: AsyncIterator<Uint8Array>;
  readonly #printer: Fingerprinter;

  constructor(content: AsyncIterable<Uint8Array>, printer: Fingerprinter) {
    this.#inner = content[Symbol.asyncIterator]();
    this.#printer = printer;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const result = await this.#inner.next();
    if (result.done !== true) this.#printer.take(result.value);
    return result;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#inner.return?.();
    return { done: true, value: undefined };
  }
}

/** Where the header's last line ends; undefined while the empty line behind it has not come. Looks from `line` on. */
function endOfHeader(head: Buffer, from: number): { end: number | undefined; line: number } {
  for (let line = from; ; ) {
    const end = head.indexOf(LF, line);
    if (end === -1) return { end: undefined, line };
    if (end === line || (end === line + 1 && head[line] === CR)) return { end: line, line };
    line = end + 1;
  }
}

/** The fields of a header without those that servers write, and the names of all, in lower case. */
function fieldsOf(head: Buffer, end: number): { kept: Buffer; names: Set<string> } {
  const kept: Buffer[] = [];
  const names = new Set<string>();
  for (let start = 0; start < end; ) {
    const next = fieldEnd(head, start, end);
    const colon = head.indexOf(COLON, start);
    const isField = colon !== -1 && colon < next;
    const name = isField ? head.toString('latin1', start, colon).trim().toLowerCase() : '';
    names.add(name);
    if (!writtenByServers.has(name)) kept.push(head.subarray(start, next));
    start = next;
  }
  return { kept: Buffer.concat(kept), names };
}

/** With the lines that continue it. */
function fieldEnd(head: Buffer, start: number, end: number): number {
  let next = start;
  do {
    const lf = head.indexOf(LF, next);
    next = lf === -1 || lf >= end ? end : lf + 1;
  } while (next < end && (head[next] === SP || head[next] === TAB));
  return next;
}

function shortHash(octets: Uint8Array): string {
  return hash('sha256', octets, 'base64url').slice(0, 22);
}
