const lf = 0x0a;
const cr = 0x0d;
const dot = 0x2e;
const lfDot = Buffer.from('\n.');
const loneCr = Buffer.from('\r');

/** A slice of a multi-line reply, un-stuffed, line ends kept. A view: valid until the chunk it came from is reused. */
export interface Content {
  readonly type: 'content';
  readonly octets: Uint8Array;
}

/** What the last octets were, as far as they matter: in a line, after CR, at its start, after its `.`, after `.` CR. */
type Place = 'text' | 'cr' | 'start' | 'dot' | 'dot-cr';

/**
 * Takes the byte-stuffing out of one multi-line reply and finds its end (RFC 1939 §3). Exact for any cut into chunks:
 * only CRLF delimits, so `.` after a bare LF is data; exactly one leading dot is removed.
 */
export class MultilineDecoder {
  #place: Place = 'start';

  /**
   * Decodes from an offset on, pushes the slices, and returns the offset behind the terminator; undefined if the
   * reply goes on in the next chunk. One decoder serves one reply after the other.
   */
  decode(
    chunk: Buffer,
    from: number,
    into: { push(content: Content): unknown },
  ): number | undefined {
    const at = this.#resume(chunk, from, into);
    if (this.#place === 'dot' || this.#place === 'dot-cr') return undefined;
    if (at < 0) return -at;
    return this.#scan(chunk, at, into);
  }

  /** Settles what the last chunk left open. The offset of the first octet to emit; negated: behind the terminator. */
  #resume(chunk: Buffer, from: number, into: { push(content: Content): unknown }): number {
    let at = from;
    if (this.#place === 'start' && at < chunk.length) {
      this.#place = chunk[at] === dot ? 'dot' : 'text';
      if (this.#place === 'dot') at++;
    }
    if (this.#place === 'dot' && at < chunk.length) {
      this.#place = chunk[at] === cr ? 'dot-cr' : 'text';
      if (this.#place === 'dot-cr') at++;
    }
    if (this.#place === 'dot-cr' && at < chunk.length) {
      if (chunk[at] === lf) {
        this.#place = 'start';
        return -(at + 1);
      }
      into.push({ type: 'content', octets: loneCr });
      this.#place = 'cr';
    }
    return at;
  }

  /** The fast part: one search per stuffed dot, however long or short the lines are. */
  #scan(
    chunk: Buffer,
    from: number,
    into: { push(content: Content): unknown },
  ): number | undefined {
    const end = chunk.length;
    let at = from;
    for (let search = at; ; ) {
      const found = chunk.indexOf(lfDot, search);
      if (found === -1) break;
      search = found + 1;
      if (!(found === at ? this.#place === 'cr' : chunk[found - 1] === cr)) continue;
      into.push({ type: 'content', octets: chunk.subarray(at, found + 1) });
      const behind = found + 2;
      if (behind === end) return this.#openAt('dot');
      if (chunk[behind] === cr) {
        if (behind + 1 === end) return this.#openAt('dot-cr');
        if (chunk[behind + 1] === lf) {
          this.#place = 'start';
          return behind + 2;
        }
      }
      this.#place = 'text';
      at = behind;
      search = behind;
    }
    if (at < end) {
      this.#place = placeAfter(chunk, at, this.#place);
      into.push({ type: 'content', octets: at === 0 ? chunk : chunk.subarray(at) });
    }
    return undefined;
  }

  #openAt(place: Place): undefined {
    this.#place = place;
  }
}

function placeAfter(chunk: Buffer, from: number, before: Place): Place {
  const last = chunk.length - 1;
  if (chunk[last] === cr) return 'cr';
  if (chunk[last] !== lf) return 'text';
  const afterCr = last === from ? before === 'cr' : chunk[last - 1] === cr;
  return afterCr ? 'start' : 'text';
}
