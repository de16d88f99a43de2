import { globalTable } from '../args/global.ts';
import { commands, formsOf, type OptionForm, takesValue } from '../args/table.ts';
import type { CommandWords, Word } from '../args/words.ts';
import { accountsScript } from './accounts.ts';
import { choicesOf, meaning, placesOf } from './places.ts';

/** For zsh 5: as a file `_popfetch` in fpath, or sourced behind compinit. */
export function zshCompletion(): string {
  return `#compdef popfetch
# zsh completion for popfetch, from: popfetch completion zsh

_popfetch_accounts() {
  local -a names=(\${(f)"$(_popfetch_read_accounts "$config")"})
  compadd -a names
}

_popfetch_read_accounts() (
${accountsScript}
)

_popfetch() {
  local -a everywhere=(
${specs(globalTable).join('\n')}
  )
  local -a names=(
${commands.map(([name, { summary }]) => `    '${name}:${meaning(summary).replaceAll(':', '\\:')}'`).join('\n')}
  )
  local state command=\${words[(r)--once]:+once}
  # _arguments hides what stands before the command.
  local -i at=\${words[(I)(-c|--config)]}
  local config=
  (( at )) && config=\${words[at + 1]}
  if [[ -z $command ]]; then
    _arguments -C -A '-*' $everywhere '--once[poll now and exit]' '1: :->command' '*:: :->rest'
    case $state in
      command) _describe -t commands command names; return ;;
      rest) command=$words[1] ;;
      *) return ;;
    esac
  fi
  case $command in
${commands.map(([name, words]) => commandCase(name, words)).join('\n')}
  esac
}

if [[ $funcstack[1] == _popfetch ]]; then _popfetch "$@"; else compdef _popfetch popfetch; fi`;
}

function commandCase(name: string, words: CommandWords): string {
  const own = [...specs(words.options), ...places(words)];
  const once = name === 'once' ? [`    '--once[poll now and exit]'`] : [];
  return `    ${name})
      _arguments $everywhere ${[...once, ...own].map((one) => `\\\n    ${one}`).join(' ')} ;;`;
}

/** One for each form of an option, as _arguments wants it: `--limit[meaning]:N:`. */
function specs(options: CommandWords['options']): string[] {
  return formsOf(options).map(({ written, name, word }: OptionForm) => {
    const many = word.type === 'count' ? '*' : '';
    const value = takesValue(word) ? `:${word.arg ?? name}:${action(word)}` : '';
    const text = meaning(word.describe).replace(/[[\]]/g, '').replaceAll(':', '\\:');
    return `    '${many}${written}[${text}]${value}'`;
  });
}

function places(words: CommandWords): string[] {
  return placesOf(words).map(
    ({ word, repeats }, at) => `    '${repeats ? '*' : at + 1}: :${action(word)}'`,
  );
}

function action(word: Word): string {
  const choices = choicesOf(word);
  if (choices.length > 0) return `(${choices.join(' ')})`;
  switch (word.completes) {
    case 'account':
      return '_popfetch_accounts';
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case undefined:
      return ' ';
    default:
      return word.completes satisfies never;
  }
}
