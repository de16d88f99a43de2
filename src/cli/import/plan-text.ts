import { shortPath } from '../../config/problem-text.ts';
import type { Note } from '../../import/plan.ts';
import { wrapped } from '../../log/columns.ts';
import { formatCount } from '../../log/format.ts';
import { printable } from '../../util/printable.ts';
import type { AccountWork } from './work.ts';

/** What becomes of an account, and of each line that it is made of. */
export function accountText({ imported, name, there, unknown }: AccountWork, home: string): string {
  const text = (key: string): string => {
    const value = imported.settings[key];
    return typeof value === 'string' ? value : '';
  };
  const whose = `${text('user') || text('email')} at ${text('host')}`;
  const is = there === undefined ? 'new' : 'in the configuration already, stays as it is';
  const seen = `${formatCount(imported.seen.length, 'message')} seen`;
  const added =
    imported.seen.length === unknown ? seen : `${seen}, ${unknown} of them not known yet`;
  const notes = there === undefined ? imported.notes : [];
  return `${name}: ${printable(whose)} (${is}), ${added}\n${notesText(notes, home)}`;
}

/** By file and line: what is taken over, changed and left. */
export function notesText(notes: readonly Note[], home: string): string {
  const sorted = [...new Map(notes.map((note) => [`${note.file}:${note.line} ${note.text}`, note]))]
    .map(([, note]) => note)
    .sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line);
  return sorted.map((note) => noteText(note, home)).join('');
}

function noteText({ file, line, kind, text }: Note, home: string): string {
  const start = `  ${shortPath(file, home)}:${line}: ${kind.padEnd(7)} `;
  const lines = [...wrapped(printable(text), Math.max(79 - start.length, leastText))];
  return lines.map((one, at) => `${at === 0 ? start : ' '.repeat(start.length)}${one}\n`).join('');
}

/** Columns; behind long names of files. */
const leastText = 40;
