import { adoptWords } from './adopt.ts';
import { authWords } from './auth.ts';
import { checkWords } from './check.ts';
import { completionWords } from './completion.ts';
import { configWords } from './config.ts';
import { deliverWords } from './deliver.ts';
import { demoWords } from './demo.ts';
import { doctorWords } from './doctor.ts';
import { globalTable } from './global.ts';
import { helpWords } from './help.ts';
import { historyWords } from './history.ts';
import { importWords } from './import.ts';
import { initWords } from './init.ts';
import { onceWords } from './once.ts';
import { peekWords } from './peek.ts';
import { pruneWords } from './prune.ts';
import { quarantineWords } from './quarantine.ts';
import { runWords } from './run.ts';
import { serviceWords } from './service.ts';
import { stateWords } from './state.ts';
import { statusWords } from './status.ts';
import { verifyWords } from './verify.ts';
import type { CommandWords, Word } from './words.ts';

/** Every command there is, in the order of `--help` within its group. */
const commandTable = {
  demo: demoWords,
  init: initWords,
  import: importWords,
  adopt: adoptWords,
  doctor: doctorWords,
  once: onceWords,
  run: runWords,
  check: checkWords,
  peek: peekWords,
  prune: pruneWords,
  deliver: deliverWords,
  status: statusWords,
  history: historyWords,
  verify: verifyWords,
  quarantine: quarantineWords,
  config: configWords,
  auth: authWords,
  state: stateWords,
  service: serviceWords,
  completion: completionWords,
  help: helpWords,
} satisfies Readonly<Record<string, CommandWords>>;

export const commands: readonly (readonly [name: string, words: CommandWords])[] =
  Object.entries(commandTable);

/** The command of this name, exactly: no prefix of it will do. */
export function commandNamed(name: string): CommandWords | undefined {
  return commands.find(([one]) => one === name)?.[1];
}

/** An option in the forms in which it is written: `--no-keep` is one of `keep`. */
export interface OptionForm {
  /** With its dashes. */
  readonly written: string;
  readonly name: string;
  readonly word: Word;
}

/** What a command understands, its own options first; without one, what every command does. */
export function optionForms(words: CommandWords | undefined): readonly OptionForm[] {
  return [...formsOf(words?.options ?? {}), ...formsOf(globalTable)];
}

/** `--keep` and `--no-keep`, `-n` and `--dry-run`, as `--help` shows and completion offers them. */
export function formsOf(options: CommandWords['options']): readonly OptionForm[] {
  return Object.entries(options).flatMap(([name, word]) => {
    const alias = typeof word.alias === 'string' ? [`-${word.alias}`] : [];
    const long = word.shown === 'negated' ? [] : [`--${name}`];
    const negated = word.shown === undefined ? [] : [`--no-${name}`];
    return [...alias, ...long, ...negated].map((written) => ({ written, name, word }));
  });
}

/** Whether a value follows. */
export function takesValue({ type, choices }: Word): boolean {
  return type === 'string' || type === 'number' || choices !== undefined;
}

/** What stands for an option's or a positional's value: `FILE`, `auto|never`, `ACCOUNT`. */
export function placeholder(name: string, { arg, choices }: Word): string {
  return arg ?? choices?.join('|') ?? name.replace(/s$/, '').toUpperCase();
}

/** `peek ACCOUNT [MSG...]` */
export function synopsis({ usage, positionals }: CommandWords): string {
  const [first = ''] = typeof usage === 'string' ? [usage] : usage;
  return first.replace(/([<[])(\w+)(\.\.)?[>\]]/g, (_all, bracket: string, name: string, more) => {
    const shown = placeholder(name, positionals[name] ?? {}) + (more === undefined ? '' : '...');
    return bracket === '[' ? `[${shown}]` : shown;
  });
}
