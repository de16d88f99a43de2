import type { ArgumentsCamelCase, Argv, InferredOptionTypes, Options } from 'yargs';

/** One command as data: the parser is made from it, and so can be whatever has to agree with the parser. */
export interface CommandWords {
  /** As yargs writes it: `peek <account> [messages..]`; further ones are aliases, `$0` the command when none is named. */
  readonly usage: string | readonly string[];
  readonly summary: string;
  readonly positionals: Table;
  readonly options: Table;
}

type Table = Readonly<Record<string, Options>>;

/** What the parser makes of a command line for those words. */
export type Parsed<Words extends CommandWords> = Arguments<Words['positionals'] & Words['options']>;

type Arguments<Declared extends Table> = ArgumentsCamelCase<InferredOptionTypes<Declared>>;

/** Adds a command to a parser. */
export function addCommand<Positionals extends Table, Own extends Table>(
  parser: Argv,
  words: CommandWords & { readonly positionals: Positionals; readonly options: Own },
  take: (args: Arguments<Positionals & Own>) => void,
): void {
  const { usage, summary, positionals, options } = words;
  parser.command<Positionals & Own>(usage, summary, { ...positionals, ...options }, take);
}

/** What stands at a place of its own on the command line, without dashes. */
export function positional<const One extends Options>(one: One) {
  return { ...one, group: 'Positionals:' } as const;
}

/** An option given twice counts as it was given last. */
export function lastGiven(value: string | readonly string[]): string | undefined {
  return typeof value === 'string' ? value : value.at(-1);
}

/** The positional of the commands that take any number of accounts. */
export const onlyAccounts = {
  accounts: positional({ type: 'string', array: true, describe: 'only these', default: [] }),
};
