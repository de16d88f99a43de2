import type { ArgumentsCamelCase, Argv, InferredOptionTypes, Options } from 'yargs';

/** One command as data: the parser, help and completion are made from it, the manual page is checked against it. */
export interface CommandWords {
  /** As yargs writes it: `peek <account> [messages..]`; further ones are aliases, `$0` the command when none is named. */
  readonly usage: string | readonly string[];
  /** Where `--help` lists it. */
  readonly group: CommandGroup;
  readonly summary: string;
  readonly positionals: Table;
  readonly options: Table;
  /** The most useful first: a command line, and what it is for. */
  readonly examples: readonly (readonly [commandLine: string, purpose: string])[];
  /** What this command means by a status, where there is more to say than `popfetch help exit-codes` does. */
  readonly exits: Readonly<Record<number, string>>;
  /** Commands, topics of `popfetch help` and manual pages. */
  readonly seeAlso: readonly string[];
}

export const commandGroups = ['getting started', 'mail', 'insight', 'settings'] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** What yargs knows of an option or a positional, and what only people and shells want to know. */
export interface Word extends Options {
  /** What stands for its value: FILE. */
  readonly arg?: string;
  /** How a yes-or-no is shown: `--no-color` alone, or `--keep` and `--no-keep`. Without: `--json` alone. */
  readonly shown?: 'negated' | 'both';
  /** What a shell completes its value with, choices apart. */
  readonly completes?: 'account' | 'file' | 'directory';
}

type Table = Readonly<Record<string, Word>>;

/** What the parser makes of a command line for those words. */
export type Parsed<Words extends CommandWords> = Arguments<Words['positionals'] & Words['options']>;

type Arguments<Declared extends Table> = ArgumentsCamelCase<InferredOptionTypes<Declared>>;

/** A parser that learns the one command that is asked for. */
export interface CommandParser {
  readonly parser: Argv;
  readonly asked: CommandWords | undefined;
}

/**
 * Adds a command to a parser if it is the one that is asked for, as the one that needs no word: for a command with a word
 * yargs makes a help text of its own at each run (25 M instructions), and nobody sees it.
 */
export function addCommand<Positionals extends Table, Own extends Table>(
  { parser, asked }: CommandParser,
  words: CommandWords & { readonly positionals: Positionals; readonly options: Own },
  take: (args: Arguments<Positionals & Own>) => void,
): void {
  if (words !== asked) return;
  const { usage, summary, positionals, options } = words;
  const [wordless = ''] = [usage].flat().map((one) => one.replace(/^\S+/, '$0'));
  parser.command<Positionals & Own>(wordless, summary, { ...positionals, ...options }, take);
}

/** What stands at a place of its own on the command line, without dashes. */
export function positional<const One extends Word>(one: One) {
  return { ...one, group: 'Positionals:' } as const;
}

/** An option given twice counts as it was given last. */
export function lastGiven<Value extends string>(
  value: Value | readonly Value[] | undefined,
): Value | undefined {
  return typeof value === 'object' ? value.at(-1) : value;
}

/** The positional of the commands that take any number of accounts. */
export const onlyAccounts = {
  accounts: positional({
    type: 'string',
    array: true,
    describe: 'only these',
    default: [],
    completes: 'account',
  }),
};
