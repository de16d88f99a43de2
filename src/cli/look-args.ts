import type { Argv } from 'yargs';
import { wholeNumber } from './usage.ts';

export interface CheckOptions {
  readonly accounts: readonly string[];
  /** Exit with 1 where there is no new mail. */
  readonly exitCode: boolean;
  readonly count: boolean;
}

export interface PeekOptions {
  readonly account: string;
  /** Numbers, ranges (`3-5`) or unique-ids; none: the newest. */
  readonly messages: readonly string[];
  /** Lines of text to show of each. */
  readonly lines: number;
  readonly onlyNew: boolean;
  readonly raw: boolean;
}

export function checkOptions<Known>(parser: Argv<Known>) {
  return parser
    .positional('accounts', { type: 'string', array: true, describe: 'only these', default: [] })
    .option('exit-code', { type: 'boolean', describe: 'exit 0 if there is new mail, 1 if none' })
    .option('count', { type: 'boolean', describe: 'print only how many messages are new' });
}

export function checkOf(args: {
  readonly accounts: readonly string[];
  readonly exitCode?: boolean | undefined;
  readonly count?: boolean | undefined;
}): CheckOptions {
  const { accounts, exitCode = false, count = false } = args;
  return { accounts, exitCode, count };
}

export function peekOptions<Known>(parser: Argv<Known>) {
  return parser
    .positional('account', { type: 'string', demandOption: true, describe: 'whose maildrop' })
    .positional('messages', {
      type: 'string',
      array: true,
      describe: 'numbers, ranges (3-5) or unique-ids; none: the newest ten',
      default: [],
    })
    .option('lines', {
      alias: 'n',
      type: 'number',
      requiresArg: true,
      default: 5,
      describe: 'lines of text to show of each',
    })
    .option('new', { type: 'boolean', describe: 'those that were not fetched yet' })
    .option('raw', { type: 'boolean', describe: 'as the server sends it, undecoded' });
}

export function peekOf(args: {
  readonly account: string;
  readonly messages: readonly string[];
  readonly lines: number;
  readonly new?: boolean | undefined;
  readonly raw?: boolean | undefined;
}): PeekOptions {
  const { account, messages, new: onlyNew = false, raw = false } = args;
  return { account, messages, lines: wholeNumber('--lines', args.lines, 0) ?? 5, onlyNew, raw };
}
