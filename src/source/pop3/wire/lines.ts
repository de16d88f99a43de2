import { Failure } from '../../../errors.ts';

const lf = 0x0a;
const cr = 0x0d;

/** A unique-id has 70 octets by the book and 64 KB by our patience; no listing line is longer. */
const longestLine = 64 * 1024;

/** Octets of the largest listing taken: some four million messages. Beyond, somebody wants our memory. */
const largestListing = 256 * 1024 * 1024;

/**
 * Cuts the content of a listing into lines without making strings of them: each line is shown to `onLine` as a range
 * of a buffer that is valid only during the call.
 */
export class LineSplitter {
  readonly #onLine: (octets: Buffer, from: number, to: number) => void;
  #carry: Buffer[] = [];
  #carried = 0;
  #total = 0;

  constructor(onLine: (octets: Buffer, from: number, to: number) => void) {
    this.#onLine = onLine;
  }

  /** Octets taken so far. */
  get total(): number {
    return this.#total;
  }

  feed(slice: Uint8Array): void {
    const octets = Buffer.isBuffer(slice)
      ? slice
      : Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength);
    this.#total += octets.length;
    if (this.#total > largestListing) throw tooLong('a listing without end');
    let from = 0;
    if (this.#carried > 0) from = this.#join(octets);
    for (let search = from; from < octets.length; ) {
      const end = octets.indexOf(lf, search);
      if (end === -1) {
        this.#keep(octets, from);
        return;
      }
      search = end + 1;
      if (end === from || octets[end - 1] !== cr) continue;
      if (end - from > longestLine) throw tooLong('a listing line that is too long');
      this.#onLine(octets, from, end - 1);
      from = search;
    }
  }

  /** Completes the line that the last slice left open; the offset where the next one starts. */
  #join(octets: Buffer): number {
    for (let search = 0; ; ) {
      const end = octets.indexOf(lf, search);
      if (end === -1) {
        this.#keep(octets, 0);
        return octets.length;
      }
      search = end + 1;
      const last = this.#carry.at(-1);
      const before = end > 0 ? octets[end - 1] : last?.[last.length - 1];
      if (before !== cr) continue;
      this.#keep(octets.subarray(0, search), 0);
      const line = Buffer.concat(this.#carry);
      this.#carry = [];
      this.#carried = 0;
      this.#onLine(line, 0, line.length - 2);
      return search;
    }
  }

  #keep(octets: Buffer, from: number): void {
    const rest = Buffer.from(octets.subarray(from));
    this.#carried += rest.length;
    if (this.#carried > longestLine + 2) throw tooLong('a listing line that is too long');
    if (rest.length > 0) this.#carry.push(rest);
  }
}

function tooLong(reason: string): Failure {
  return new Failure('protocol', reason, { reason });
}
