import { globalTable } from '../args/global.ts';
import { commands, takesValue } from '../args/table.ts';
import type { CommandWords, Word } from '../args/words.ts';
import { accountsScript } from './accounts.ts';
import { choicesOf, meaning, placesOf } from './places.ts';

/** For fish 3. */
export function fishCompletion(): string {
  const bare = commands.map(
    ([name, { summary }]) =>
      `complete -c popfetch -n '__popfetch_at "" 0 0' -a ${name} -d ${quoted(summary)}`,
  );
  return `# fish completion for popfetch, from: popfetch completion fish

function __popfetch_accounts
    set -l words (commandline -opc)
    set -l config ''
    set -l at (contains -i -- --config $words; or contains -i -- -c $words)
    and set config $words[(math $at + 1)]
    sh -c ${verbatim(accountsScript)} sh "$config"
end

# The command, and how many words stand behind it.
function __popfetch_place
    set -l words (commandline -opc)
    set -e words[1]
    set -l command ''
    set -l option ''
    set -l at 0
    for word in $words
        if test -n "$option"
            set option ''
        else if test "$word" = --once
            set command once
        else if string match -q -- '-*' $word
            switch "$command $word"
                case ${valued().join(' ')}
                    set option $word
            end
        else if test -n "$command"
            set at (math $at + 1)
        else
            set command $word
        end
    end
    echo "$command"
    echo $at
end

function __popfetch_in
    set -l place (__popfetch_place)
    test "$place[1]" = "$argv[1]"
end

# At one of the places behind this command, from the first to the last named.
function __popfetch_at
    set -l place (__popfetch_place)
    test "$place[1]" = "$argv[1]" -a "$place[2]" -ge "$argv[2]" -a "$place[2]" -le "$argv[3]"
end

complete -c popfetch -f
complete -c popfetch -n '__popfetch_in ""' -l once -d 'poll now and exit'
${[...bare, ...optionLines('', globalTable), ...commands.flatMap(([name, words]) => commandLines(name, words))].join('\n')}`;
}

function commandLines(name: string, words: CommandWords): string[] {
  const places = placesOf(words).flatMap(({ word, repeats }, at) => {
    const last = repeats ? 9999 : at;
    const what = completed(word);
    return what === ''
      ? []
      : [`complete -c popfetch -n '__popfetch_at ${name} ${at} ${last}'${what}`];
  });
  const condition =
    name === 'run' ? `__popfetch_in run; or __popfetch_in ""` : `__popfetch_in ${name}`;
  return [...optionLines(` -n '${condition}'`, words.options), ...places];
}

function optionLines(condition: string, options: CommandWords['options']): string[] {
  return Object.entries(options).flatMap(([name, word]) => {
    const alias = typeof word.alias === 'string' ? ` -s ${word.alias}` : '';
    const value = takesValue(word) ? valueForm(word) : '';
    const line = (long: string) =>
      `complete -c popfetch${condition}${long}${value} -d ${quoted(word.describe)}`;
    const plain = word.shown === 'negated' ? [] : [line(`${alias} -l ${name}`)];
    return word.shown === undefined ? plain : [...plain, line(` -l no-${name}`)];
  });
}

/** Only what names a file may be completed with one. */
function valueForm(word: Word): string {
  return `${word.completes === 'file' ? ' -r' : ' -x'}${completed(word)}`;
}

function completed(word: Word): string {
  const choices = choicesOf(word);
  if (choices.length > 0) return ` -a '${choices.join(' ')}'`;
  switch (word.completes) {
    case 'account':
      return ` -a '(__popfetch_accounts)'`;
    case 'file':
      return ' -F';
    case 'directory':
      return ` -a '(__fish_complete_directories)'`;
    case undefined:
      return '';
    default:
      return word.completes satisfies never;
  }
}

/** Patterns of `COMMAND OPTION` where a value follows. */
function valued(): string[] {
  const of = (options: CommandWords['options'], name: string) =>
    Object.entries(options).flatMap(([long, word]) => {
      if (!takesValue(word)) return [];
      const short = typeof word.alias === 'string' ? [`'${name} -${word.alias}'`] : [];
      return [`'${name} --${long}'`, ...short];
    });
  return [...commands.flatMap(([name, { options }]) => of(options, name)), ...of(globalTable, '*')];
}

function quoted(text: string | undefined): string {
  return `'${meaning(text)}'`;
}

/** In fish's single quotes only these two are special. */
function verbatim(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
