import { globalTable } from '../args/global.ts';
import { commands, synopsis } from '../args/table.ts';
import { type CommandWords, commandGroups } from '../args/words.ts';
import { page, type Row, rowLines, section } from './layout.ts';
import { optionRows } from './options.ts';

/** `popfetch --help`: how it is used, and every command there is. */
export function overview(): string {
  return page(
    usages.flatMap((row) => rowLines(row, column)),
    commandGroups.flatMap((group) => section(group, rowsOf(group), column)),
    section('options of every command', optionRows(globalTable), column),
    ['popfetch COMMAND --help shows examples, options and exit statuses of a command.'],
  );
}

const column = 34;
const usages: readonly Row[] = [
  ['popfetch', 'poll on schedule until stopped (= run)'],
  ['popfetch --once [ACCOUNT...]', 'poll now and exit (= once; the form for cron)'],
];

function rowsOf(group: CommandWords['group']): readonly Row[] {
  return commands
    .filter(([, words]) => words.group === group)
    .map(([, words]) => [listed(words), words.summary]);
}

/** Where all of it is too wide, the command with its actions. */
function listed(words: CommandWords): string {
  const full = synopsis(words);
  return full.length < column - 2 ? full : full.replace(/^(\S+ \S+).*$/, '$1');
}
