import { createHash, type Hash, hash } from 'node:crypto';
import type { Content } from './message.ts';

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
  /** Whether another message with this header would be a copy of this one: it has a name, a date or a trace. */
  readonly isDated: boolean;
}

/** Servers write these into the messages that they keep, and change them from one session to the next. In lower case. */
export const writtenByServers: ReadonlySet<string> = new Set([
  'status',
  'x-status',
  'x-uid',
  'x-uidl',
  'x-imapbase',
  'x-keywords',
]);

/** A header beyond this is hashed as it stands. */
const largestHeader = 256 * 1024;

/** Gathered whole and hashed in one call: the hash object costs as much as so many octets. */
const smallMessage = 16 * 1024;

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
    if (this.#filled < smallMessage) return;
    const end = this.#endOfHeader();
    if (end !== undefined || this.#filled > largestHeader) this.#beginBody(end ?? this.#filled);
  }

  finish(): Fingerprint {
    if (this.#hash !== undefined)
      return { header: this.#header, content: this.#hash.digest('base64url') };
    const end = this.#endOfHeader() ?? this.#filled;
    const whole = this.#head.subarray(0, this.#filled);
    const kept = keptFields(this.#head, end);
    const content = kept.length === end ? whole : Buffer.concat([kept, whole.subarray(end)]);
    return { header: shortHash(kept), content: hash('sha256', content, 'base64url') };
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
    const kept = keptFields(this.#head, end);
    this.#header = shortHash(kept);
    const body = this.#head.subarray(end, this.#filled);
    this.#hash = createHash('sha256').update(kept).update(body);
    this.#head = Buffer.alloc(0);
  }
}

/** From the answer to `TOP n 0`: the header, with the empty line behind it or without. */
export function headerPrint(top: Uint8Array): HeaderPrint {
  const head = Buffer.from(top.buffer, top.byteOffset, top.byteLength);
  const names = new Set<string>();
  const end = endOfHeader(head, 0).end ?? head.length;
  const kept = keptFields(head, end, (name) => names.add(name));
  return {
    header: shortHash(kept),
    isTelling: names.has('message-id') && names.has('received'),
    isDated: ['message-id', 'date', 'received'].some((name) => names.has(name)),
  };
}

/** The message as it passes, with its fingerprint once it has passed wholly. */
export function fingerprinted(content: Content): {
  readonly content: Content;
  readonly print: () => Fingerprint;
} {
  const printer = new Fingerprinter();
  return {
    content: new Passing(content, printer),
    print: () => printer.finish(),
  };
}

/** No generator: most messages are a slice or two, and its turns would cost more than their bytes. */
class Passing implements AsyncIterableIterator<Uint8Array>, Content {
  readonly #content: Content;
  readonly #printer: Fingerprinter;
  #waiting: AsyncIterator<Uint8Array> | undefined;

  constructor(content: Content, printer: Fingerprinter) {
    this.#content = content;
    this.#printer = printer;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  take(): Uint8Array | 'end' | undefined {
    const taken = this.#content.take?.();
    if (taken !== undefined && taken !== 'end') this.#printer.take(taken);
    return taken;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#waiting ??= this.#content[Symbol.asyncIterator]();
    const result = await this.#waiting.next();
    if (result.done !== true) this.#printer.take(result.value);
    return result;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#waiting?.return?.();
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

/** A header without the fields that servers write; `onName` gets the names of all, in lower case. */
function keptFields(head: Buffer, end: number, onName?: (name: string) => void): Buffer {
  const kept: Buffer[] = [];
  let keptTo = 0;
  for (let start = 0; start < end; ) {
    const next = fieldEnd(head, start, end);
    // A string for each field would cost more than the hash.
    if (onName !== undefined || mayBeWrittenByServers(head[start])) {
      const name = nameOf(head, start, next);
      onName?.(name);
      if (writtenByServers.has(name)) {
        kept.push(head.subarray(keptTo, start));
        keptTo = next;
      }
    }
    start = next;
  }
  const rest = head.subarray(keptTo, end);
  return kept.length === 0 ? rest : Buffer.concat([...kept, rest]);
}

/** All of their names begin with an S or an X; or with a blank that does not count. */
function mayBeWrittenByServers(first: number | undefined = 0): boolean {
  const letter = first | 0x20;
  return letter === 0x73 || letter === 0x78 || first <= SP || first === 0xa0;
}

function nameOf(head: Buffer, start: number, end: number): string {
  const colon = head.indexOf(COLON, start);
  return colon !== -1 && colon < end
    ? head.toString('latin1', start, colon).trim().toLowerCase()
    : '';
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
