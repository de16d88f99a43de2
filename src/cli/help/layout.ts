import { columnsOf, terminalWidth, wrapped } from '../../log/columns.ts';

/** What stands left, and what is said of it. */
export type Row = readonly [left: string, right: string];

/** A heading with its rows below; nothing where there are none. */
export function section(heading: string, rows: readonly Row[], column: number): string[] {
  if (rows.length === 0) return [];
  return [heading, ...rows.flatMap((row) => rowLines(row, column, '  '))];
}

/** Text in two columns, no wider than a terminal; what is too long on the left has a line of its own. */
export function rowLines([left, right]: Row, column: number, indent = ''): string[] {
  const start = indent + left;
  const margin = ' '.repeat(column);
  const text = [...wrapped(right, terminalWidth - column)].map((line) => margin + line);
  if (right === '') return [start];
  const [first = '', ...rest] = text;
  if (columnsOf(start) >= column) return [start, ...text];
  return [start.padEnd(column) + first.trimStart(), ...rest];
}

/** Blocks of lines with an empty line between each two. */
export function page(...blocks: readonly (readonly string[])[]): string {
  return blocks
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}
