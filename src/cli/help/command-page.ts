import { globalTable } from '../args/global.ts';
import { placeholder, synopsis } from '../args/table.ts';
import type { CommandWords } from '../args/words.ts';
import { page, type Row, rowLines, section } from './layout.ts';
import { optionRows } from './options.ts';

/** What one command does: examples first. */
export function commandPage(words: CommandWords): string {
  const { summary, positionals, options, examples, exits, seeAlso } = words;
  const needed = Object.entries(positionals).map(
    ([name, word]): Row => [placeholder(name, word), String(word.describe)],
  );
  const statuses = Object.entries(exits).map(([status, meaning]): Row => [status, meaning]);
  const more = new Set([...seeAlso.map(reference), 'popfetch(1)']);
  return page(
    rowLines([`popfetch ${synopsis(words)}`, summary], column),
    section('examples', examples, wide),
    section('arguments', needed, column),
    section('options', optionRows(options), column),
    section('exit status', [...statuses, ['others', 'popfetch help exit-codes']], 12),
    section('options of every command', optionRows(globalTable), column),
    rowLines(['see also:', [...more].join(', ')], 10),
  );
}

const column = 34;
const wide = 46;

function reference(to: string): string {
  return to.includes('(') ? to : `popfetch ${to}`;
}
