import { nearest } from '../../config/nearest.ts';
import type { Failure } from '../../errors.ts';
import { usage } from '../usage.ts';
import type { Env, ExitCodes } from './global.ts';
import type { HelpOptions } from './help.ts';
import { isGiven, type Scanned, scan } from './scan.ts';
import { commandNamed, commands, formsOf, optionForms } from './table.ts';

/** What needs no parser: help, and a text to be printed as it is. */
export type HelpInvocation =
  | ({ readonly command: 'help' } & HelpOptions)
  | { readonly command: 'print'; readonly text: string };

/** A command line with the command it is for as a word, and what is seen of it from afar. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly scanned: Scanned;
}

export function commandLineOf(argv: readonly string[]): CommandLine {
  const words = withOnceAsCommand(argv);
  return { words, scanned: scan(words) };
}

/** Who asks for help or version gets it, whatever else is wrong with the command line. */
export function askedForHelp(
  { scanned }: CommandLine,
  version: string,
): HelpInvocation | undefined {
  if (isGiven(scanned, '-V', '--version')) return { command: 'print', text: `popfetch ${version}` };
  if (isGiven(scanned, '-h', '--help'))
    return { command: 'help', topic: scanned.word, ofCommand: true };
  return undefined;
}

/** What counts even where the command line cannot be understood. */
export function earlyWishes(
  { scanned }: CommandLine,
  env: Env,
): { readonly json: boolean; readonly exitCodes: ExitCodes } {
  const asked = scanned.options.findLast(({ written }) => written === '--exit-codes')?.value;
  const isFetchmail = (asked ?? env.POPFETCH_EXIT_CODES) === 'fetchmail';
  return { json: isGiven(scanned, '--json'), exitCodes: isFetchmail ? 'fetchmail' : 'default' };
}

/** `--once` before or without a command word is the command `once`; yargs in strict mode would refuse it. */
export function withOnceAsCommand(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  const at = options.indexOf('--once');
  if (at === -1) return [...argv];
  return ['once', ...argv.slice(0, at), ...argv.slice(at + 1)];
}

/** What is wrong with it that a near miss can mend; undefined leaves the rest to the parser. */
export function slipIn({ scanned: { word, options } }: CommandLine): Failure | undefined {
  const command = word === undefined ? undefined : commandNamed(word);
  if (word !== undefined && command === undefined) return unknownCommand(word);
  // Without a word it is the command run.
  const forms = optionForms(command ?? commandNamed('run')).map(({ written }) => written);
  const known = new Set(forms);
  const unknown = options.find(({ written }) => !known.has(written));
  return unknown && unknownOption(unknown.written, word, forms);
}

function unknownCommand(word: string): Failure {
  const meant = nearest(
    word,
    commands.map(([name]) => name),
  );
  const hint =
    meant === undefined
      ? `popfetch --help lists the commands; to poll an account: popfetch --once ${word}`
      : `did you mean "${meant}"? popfetch --help lists the commands`;
  return usage(`unknown command "${word}"`, hint);
}

function unknownOption(
  written: string,
  word: string | undefined,
  forms: readonly string[],
): Failure {
  const command = word === undefined ? 'popfetch' : `popfetch ${word}`;
  const meant = written.startsWith('--') ? nearest(written, forms) : undefined;
  const owners = commands.flatMap(([name, { options }]) =>
    formsOf(options).some((form) => form.written === written) ? [name] : [],
  );
  const hints = [
    ...(meant === undefined ? [] : [`did you mean ${meant}?`]),
    ...(owners.length === 0 ? [] : [`it is an option of ${owners.join(', ')};`]),
    `${command} --help lists the options`,
  ];
  return usage(`unknown option ${written}`, hints.join(' '));
}
