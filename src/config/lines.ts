import { printable } from '../util/printable.ts';
import { literalSecrets, MASK, type Stretch, secretStretches } from './mask.ts';
import type { Place, ShownLine } from './problem.ts';
import type { Span } from './tree.ts';

/** How much of a line is shown, so that it fits 80 columns with its number. */
const WIDTH = 72;

/** A text by lines: offsets become places that can be shown. */
export class Lines {
  readonly #lines: readonly string[];
  readonly #starts: number[] = [];
  readonly #length: number;
  readonly #secrets: readonly string[];

  constructor(text: string) {
    this.#lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
    this.#length = text.length;
    this.#secrets = literalSecrets(this.#lines);
    for (let start = 0; start !== -1 && start <= text.length; ) {
      this.#starts.push(start);
      const end = text.indexOf('\n', start);
      start = end === -1 ? -1 : end + 1;
    }
  }

  /** Where something stands, and its line; a secret is not shown in it. */
  place(span: Span, isSecret = false): Place {
    const start = Math.min(span.start, this.#length);
    const index = this.#indexOf(start);
    const line = this.#lines[index] ?? '';
    const from = Math.min(start - (this.#starts[index] ?? 0), line.length);
    const length = Math.max(1, Math.min(span.end - start, line.length - from));
    const found = secretStretches(this.#lines, index, this.#secrets);
    const secret = isSecret ? [{ from, to: from + length }] : found;
    const shown = cut(hidden(line, { from, to: from + length }, secret));
    return { line: index + 1, column: from + 1, length, shown };
  }

  /** A message or hint without the passwords of the text, should it quote one from where it does not belong. */
  safe(words: string): string {
    return words.replace(/"[^"]*"/g, (quote) =>
      this.#secrets.some((secret) => quote.includes(secret)) ? `"${MASK}"` : quote,
    );
  }

  #indexOf(offset: number): number {
    const above = this.#starts.findIndex((start) => start > offset);
    return (above === -1 ? this.#starts.length : above) - 1;
  }
}

/** The line with secrets as `***`; carets that pointed into one point at all of it. */
function hidden(line: string, marked: Stretch, secrets: readonly Stretch[]): ShownLine {
  let text = '';
  let at = 0;
  for (const secret of secrets) {
    text += line.slice(at, secret.from) + MASK;
    at = secret.to;
  }
  text += line.slice(at);
  const visible = printable(text.replaceAll('\t', ' '));
  const from = moved(marked.from, secrets, 0);
  const to = moved(marked.to, secrets, MASK.length);
  return { text: visible, caret: from, carets: Math.max(1, to - from) };
}

/** Where an offset of the line is after masking; one inside a secret goes to its mask plus `inside`. */
function moved(offset: number, secrets: readonly Stretch[], inside: number): number {
  let shift = 0;
  for (const { from, to } of secrets) {
    if (offset <= from) break;
    if (offset < to) return from + shift + inside;
    shift += MASK.length - (to - from);
  }
  return offset + shift;
}

/** A part of the line around the carets that fits the screen. */
function cut({ text, caret, carets }: ShownLine): ShownLine {
  if (text.length <= WIDTH) return { text, caret, carets };
  const start = Math.max(0, Math.min(caret - 20, text.length - WIDTH));
  const before = start > 0 ? '...' : '';
  const after = start + WIDTH < text.length ? '...' : '';
  const shown = text.slice(start, start + WIDTH);
  return {
    text: `${before}${shown}${after}`,
    caret: caret - start + before.length,
    carets: Math.max(1, Math.min(carets, shown.length - (caret - start))),
  };
}
