import { printable } from '../util/printable.ts';

/** What fits on a terminal of 80 columns without wrapping. */
export const terminalWidth = 79;
const leastNameWidth = 5;

/** Columns of the account names of a run. */
export function nameWidth(accounts: readonly string[]): number {
  return Math.max(leastNameWidth, ...accounts.map(({ length }) => length));
}

/** An account's name as the first column of a line. */
export function nameColumn(account: string, width: number): string {
  return `${printable(account).padEnd(width)}  `;
}

/** Columns that a text takes on a terminal: wide characters take two, combining ones none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

/** The text in exactly so many columns, cut or filled up. */
export function inColumns(text: string, width: number): string {
  const cut = cutTo(text, width);
  return cut + ' '.repeat(width - columnsOf(cut));
}

/** The start of a text that fits in so many columns. */
export function cutTo(text: string, width: number): string {
  let columns = 0;
  let cut = '';
  for (const character of text) {
    columns += columnsOfCharacter(character);
    if (columns > width) break;
    cut += character;
  }
  return cut;
}

/** A line as several of at most so many columns, broken between words where possible. */
export function* wrapped(line: string, width: number): Generator<string> {
  let rest = line.trimEnd();
  while (columnsOf(rest) > width) {
    const fits = cutTo(rest, width);
    const blank = rest[fits.length] === ' ' ? fits.length : fits.lastIndexOf(' ');
    const end = blank > 0 ? blank : fits.length;
    yield rest.slice(0, end).trimEnd();
    rest = rest.slice(end).trimStart();
  }
  yield rest;
}

function columnsOfCharacter(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

const combining = /^[\p{Mn}\p{Me}\u200b-\u200d]/u;
/** East Asian Wide and Fullwidth (UAX #11), in the coarse blocks that matter, and emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
