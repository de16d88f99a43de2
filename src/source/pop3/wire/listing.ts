import { Failure } from '../../../errors.ts';
import { LineSplitter } from './lines.ts';
import type { StatusLine } from './status.ts';

/** More messages than any maildrop holds; what lists more is after our memory. */
const mostMessages = 2_000_000;

const blank = 0x20;
const tab = 0x09;
const plus = 0x2b;

/** One entry of a joined listing. */
export interface ListedMessage {
  readonly uid: string;
  readonly number: number;
  readonly size: number;
}

/** The answer to STAT: messages and octets in the maildrop (RFC 1939 §5). Undefined if it does not say so. */
export function parseDropListing(
  reply: StatusLine,
): { readonly count: number; readonly size: number } | undefined {
  const found = /^(\d{1,10})[ \t]+(\d{1,20})/.exec(reply.text);
  return found === null ? undefined : { count: Number(found[1]), size: Number(found[2]) };
}

/**
 * A scan listing (LIST). Text behind the size is ignored (RFC 1939 §5). A size that is none counts as 0: sizes serve
 * progress and limits only, and no message is left behind for one.
 */
export class ScanListing {
  readonly numbers: number[] = [];
  readonly sizes: number[] = [];
  /** Lines whose message-number could not be read. */
  malformed = 0;
  readonly #lines = new LineSplitter((octets, from, to) => this.#line(octets, from, to));

  feed(slice: Uint8Array): void {
    this.#lines.feed(slice);
  }

  #line(octets: Buffer, from: number, to: number): void {
    const at = skipStatus(octets, skipBlanks(octets, from, to), to);
    const end = digitsEnd(octets, at, to);
    const number = messageNumber(octets, at, end, to);
    if (number === undefined) {
      this.malformed++;
      return;
    }
    if (this.numbers.length === mostMessages) throw tooMany();
    const size = skipBlanks(octets, end, to);
    this.numbers.push(number);
    this.sizes.push(decimal(octets, size, digitsEnd(octets, size, to)));
  }
}

/**
 * A unique-id listing (UIDL), joined with its scan listing line by line, so that a line costs its `ListedMessage` and
 * nothing else. The unique-id is the rest of the line: RFC 1939 §7 allows no blank in it, but two that differ
 * behind a blank are two messages.
 */
export class UniqueIdListing {
  readonly messages: ListedMessage[] = [];
  /** Lines without a unique-id or a readable message-number. */
  malformed = 0;
  /** Of those, with a message-number. */
  blank = 0;
  /** Messages here that the scan listing lacks, or that come twice. */
  unmatched = 0;
  readonly #scan: ScanListing;
  readonly #lines = new LineSplitter((octets, from, to) => this.#line(octets, from, to));
  #next = 0;
  #taken: Uint8Array | undefined;
  #indexes: Map<number, number> | undefined;

  constructor(scan: ScanListing) {
    this.#scan = scan;
  }

  /** The first malformed line, to quote it. */
  firstMalformed: string | undefined;

  feed(slice: Uint8Array): void {
    this.#lines.feed(slice);
  }

  /** Messages of the scan listing that have no unique-id; their `uid` is empty. */
  get unnamed(): readonly ListedMessage[] {
    const { numbers, sizes } = this.#scan;
    if (this.messages.length === numbers.length) return [];
    return numbers.flatMap((number, index) =>
      this.#taken?.[index] === 1 ? [] : [{ uid: '', number, size: sizes[index] ?? 0 }],
    );
  }

  #line(octets: Buffer, from: number, to: number): void {
    const at = skipStatus(octets, skipBlanks(octets, from, to), to);
    const end = digitsEnd(octets, at, to);
    const number = messageNumber(octets, at, end, to);
    const start = skipBlanks(octets, end, to);
    const stop = trimBlanks(octets, start, to);
    if (number === undefined || start === stop) {
      this.malformed++;
      if (number !== undefined) this.blank++;
      this.firstMalformed ??= octets.toString('latin1', from, Math.min(to, from + 200));
      return;
    }
    const index = this.#indexOf(number);
    if (index === undefined) this.unmatched++;
    else {
      const size = this.#scan.sizes[index] ?? 0;
      this.messages.push({ uid: octets.toString('latin1', start, stop), number, size });
    }
  }

  /** Where the scan listing has this message: nearly always at the same place. Undefined if nowhere or taken. */
  #indexOf(number: number): number | undefined {
    this.#taken ??= new Uint8Array(this.#scan.numbers.length);
    const index =
      this.#scan.numbers[this.#next] === number ? this.#next : this.#slowIndexOf(number);
    if (index === undefined || this.#taken[index] === 1) return undefined;
    this.#taken[index] = 1;
    this.#next = index + 1;
    return index;
  }

  #slowIndexOf(number: number): number | undefined {
    this.#indexes ??= new Map(this.#scan.numbers.map((listed, index) => [listed, index]));
    return this.#indexes.get(number);
  }
}

function skipBlanks(octets: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (octets[at] === blank || octets[at] === tab)) at++;
  return at;
}

function trimBlanks(octets: Buffer, from: number, to: number): number {
  let end = to;
  while (end > from && (octets[end - 1] === blank || octets[end - 1] === tab)) end--;
  return end;
}

/** QUIRK: some servers put `+OK` in front of every line of a listing. */
function skipStatus(octets: Buffer, from: number, to: number): number {
  const isStatus =
    octets[from] === plus && octets.toString('latin1', from, from + 3).toUpperCase() === '+OK';
  return isStatus ? skipBlanks(octets, from + 3, to) : from;
}

function digitsEnd(octets: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isDigit(octets[at])) at++;
  return at;
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 0x30 && octet <= 0x39;
}

/** Counts from 1; ends in a blank or the end of the line. */
function messageNumber(octets: Buffer, from: number, end: number, to: number): number | undefined {
  const ends = end === to || octets[end] === blank || octets[end] === tab;
  if (end === from || end - from > 10 || !ends) return undefined;
  const number = decimal(octets, from, end);
  return number === 0 ? undefined : number;
}

function decimal(octets: Buffer, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = value * 10 + ((octets[at] ?? 0x30) - 0x30);
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

function tooMany(): Failure {
  const reason = `a listing of more than ${mostMessages} messages`;
  return new Failure('protocol', reason, { reason });
}
