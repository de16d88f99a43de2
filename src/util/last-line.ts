import { printable } from './printable.ts';

/** Watches what a command writes for the line that says what went wrong. */
export class LastLine {
  #bytes = Buffer.alloc(0);

  add(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-longestLine);
  }

  /** Safe to print; undefined where nothing was written. */
  get text(): string | undefined {
    const line = this.#bytes.toString().trimEnd().split('\n').at(-1)?.trim() ?? '';
    return line === '' ? undefined : printable(line);
  }
}

/** Octets. */
const longestLine = 500;
