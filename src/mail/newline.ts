const CR = 0x0d;
const LF = 0x0a;

/**
 * Turns the line ends of one message from CRLF into LF as its slices pass. Bare CR, bare LF and NUL stay as they are.
 * A CR at the end of a slice is held back until the next octet tells what it is.
 */
export class CrlfToLf {
  #heldCr = false;

  /**
   * Writes the converted slice into `target` from `at` and returns where it ended. At most `slice.length + 1` octets
   * are written: the caller provides the room.
   */
  convert(slice: Uint8Array, target: Uint8Array, at: number): number {
    const end = slice.length;
    if (end === 0) return at;
    let to = at;
    if (this.#heldCr && slice[0] !== LF) target[to++] = CR;
    // The last octet is looked at apart: what follows it is not known yet.
    const last = end - 1;
    let octet = slice[0] as number;
    for (let from = 0; from < last; from++) {
      const next = slice[from + 1] as number;
      if (octet !== CR || next !== LF) target[to++] = octet;
      octet = next;
    }
    this.#heldCr = octet === CR;
    if (!this.#heldCr) target[to++] = octet;
    return to;
  }

  /** The message is over: a CR that was held back is a bare one. Writes at most one octet. */
  finish(target: Uint8Array, at: number): number {
    if (!this.#heldCr) return at;
    this.#heldCr = false;
    target[at] = CR;
    return at + 1;
  }
}
