const LF = 0x0a;
const GT = 0x3e;
const from = Buffer.from('From ', 'latin1');
const quote = Buffer.from('>', 'latin1');

/**
 * Quotes as mboxrd does, as the slices of one message pass: a line that begins with any number of `>` and then `From `
 * gets one `>` more, so that taking one away again gives what was there. Lines end in LF.
 */
export class Quoting {
  /** How many octets of `From ` were found since the line began; undefined within a line. */
  #matched: number | undefined = 0;
  readonly #emit: (octets: Uint8Array) => void;

  /** `emit` gets views of the slices: it uses them up at once. */
  constructor(emit: (octets: Uint8Array) => void) {
    this.#emit = emit;
  }

  take(slice: Uint8Array): void {
    const bytes = Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength);
    /** Found at the end of the slices before, and held back. */
    let held = this.#matched ?? 0;
    /** What stands before it was emitted. */
    let start = 0;
    for (let at = 0; at < bytes.length; ) {
      const matched: number | undefined = this.#matched;
      if (matched === undefined) {
        const lineEnd = bytes.indexOf(LF, at);
        if (lineEnd === -1) break;
        this.#matched = 0;
        at = lineEnd + 1;
      } else if (bytes[at] === from[matched]) {
        at += 1;
        this.#matched = matched + 1;
        if (this.#matched < from.length) continue;
        // Where among the `>` the new one goes makes no difference.
        const begun = Math.max(at - from.length, 0);
        this.#emit(bytes.subarray(start, begun));
        this.#emit(quote);
        this.#emit(from.subarray(0, held));
        held = 0;
        start = begun;
        this.#matched = undefined;
      } else if (matched === 0 && bytes[at] === GT) {
        at += 1;
      } else {
        this.#emit(from.subarray(0, held));
        held = 0;
        this.#matched = undefined;
      }
    }
    this.#holdBack(bytes, start, held);
  }

  /** The message is over. */
  finish(): void {
    this.#emit(from.subarray(0, this.#matched ?? 0));
  }

  /** What may become a `From ` with the next slice waits for it. */
  #holdBack(bytes: Buffer, start: number, held: number): void {
    const inThisSlice = (this.#matched ?? 0) - held;
    this.#emit(bytes.subarray(start, bytes.length - Math.max(inThisSlice, 0)));
  }
}
