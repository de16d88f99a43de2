import { commandNamed, commands, formsOf, optionForms, takesValue } from '../args/table.ts';
import type { CommandWords, Word } from '../args/words.ts';
import { accountsScript } from './accounts.ts';
import { choicesOf, placesOf } from './places.ts';

/** For bash 4 and later, with or without the package bash-completion. */
export function bashCompletion(): string {
  return `# bash completion for popfetch, from: popfetch completion bash

_popfetch_accounts() (
${accountsScript}
)

_popfetch() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= config= word option= at=0 i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $option ]]; then
      case $option in -c | --config) config=$word ;; esac
      option=
    elif [[ $word == --once ]]; then
      command=once
    elif [[ $word == -* ]]; then
      case "$command $word" in
        ${withValues()}) option=$word ;;
      esac
    elif [[ $command ]]; then
      at=$((at + 1))
    else
      command=$word
    fi
  done
  local words= kind=
  if [[ $option ]]; then
    case "$command $option" in
${optionCases().join('\n')}
    esac
  elif [[ $current == -* ]]; then
    case $command in
${commands.map(([name, words]) => `      ${name}) words='${written(words)}' ;;`).join('\n')}
      *) words='--once ${written(commandNamed('run'))}' ;;
    esac
  else
    case $command.$at in
      .*) words='${commands.map(([name]) => name).join(' ')}' ;;
${commands.flatMap(([name, words]) => placeCases(name, words)).join('\n')}
    esac
  fi
  case $kind in
    account) words=$(_popfetch_accounts "$config") ;;
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")) ;;
    directory) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$current")) ;;
  esac
  if [[ $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); fi
}

complete -F _popfetch popfetch`;
}

function written(words: CommandWords | undefined): string {
  return optionForms(words)
    .map((form) => form.written)
    .join(' ');
}

/** Patterns of `COMMAND OPTION` where a value follows. */
function withValues(): string {
  return valued()
    .map(({ pattern }) => pattern)
    .join(' | ');
}

function optionCases(): string[] {
  return valued().flatMap(({ pattern, word }) => {
    const what = completed(word);
    return what === undefined ? [] : [`      ${pattern}) ${what} ;;`];
  });
}

/** Options that take a value: those of one command first, then those of every command. */
function valued(): readonly { readonly pattern: string; readonly word: Word }[] {
  const own = commands.flatMap(([name, words]) =>
    formsOf(words.options).map((form) => ({ ...form, pattern: `'${name} ${form.written}'` })),
  );
  const everywhere = optionForms(undefined).map((form) => ({
    ...form,
    pattern: `*' ${form.written}'`,
  }));
  return [...own, ...everywhere].filter(({ word }) => takesValue(word));
}

function placeCases(name: string, words: CommandWords): string[] {
  return placesOf(words).flatMap(({ word, repeats }, at) => {
    const what = completed(word);
    return what === undefined ? [] : [`      ${name}.${repeats ? '*' : at}) ${what} ;;`];
  });
}

/** How bash is told what may stand there. */
function completed(word: Word): string | undefined {
  const choices = choicesOf(word);
  if (choices.length > 0) return `words='${choices.join(' ')}'`;
  return word.completes === undefined ? undefined : `kind=${word.completes}`;
}
