import { wholeNumber } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

export interface PeekOptions {
  readonly account: string;
  /** Numbers, ranges (`3-5`) or unique-ids; none: the newest. */
  readonly messages: readonly string[];
  /** Lines of text to show of each. */
  readonly lines: number;
  readonly onlyNew: boolean;
  readonly raw: boolean;
}

export const peekWords = {
  usage: 'peek <account> [messages..]',
  group: 'mail',
  summary: 'headers and first lines of messages (TOP)',
  positionals: {
    account: positional({
      type: 'string',
      demandOption: true,
      describe: 'whose maildrop',
      completes: 'account',
    }),
    messages: positional({
      arg: 'MSG',
      type: 'string',
      array: true,
      describe: 'numbers, ranges (3-5) or unique-ids; none: the newest ten',
      default: [],
    }),
  },
  options: {
    lines: {
      alias: 'n',
      type: 'number',
      arg: 'N',
      requiresArg: true,
      default: 5,
      describe: 'lines of text to show of each',
    },
    new: { type: 'boolean', describe: 'those that were not fetched yet' },
    raw: { type: 'boolean', describe: 'as the server sends it, undecoded' },
  },
  examples: [
    ['popfetch peek gmx', 'the newest ten'],
    ['popfetch peek gmx --new -n 0', 'sender and subject of what is new'],
    ['popfetch peek gmx 88 90-95', 'these'],
  ],
  exits: {
    69: 'the server lacks the command TOP',
  },
  seeAlso: ['check'],
} as const satisfies CommandWords;

export function peekOf(args: Parsed<typeof peekWords>): PeekOptions {
  const { account, messages, new: onlyNew = false, raw = false } = args;
  return { account, messages, lines: wholeNumber('--lines', args.lines, 0) ?? 5, onlyNew, raw };
}
