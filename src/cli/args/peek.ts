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
  summary: 'headers and first lines of messages (nothing is changed)',
  positionals: {
    account: positional({ type: 'string', demandOption: true, describe: 'whose maildrop' }),
    messages: positional({
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
      requiresArg: true,
      default: 5,
      describe: 'lines of text to show of each',
    },
    new: { type: 'boolean', describe: 'those that were not fetched yet' },
    raw: { type: 'boolean', describe: 'as the server sends it, undecoded' },
  },
} as const satisfies CommandWords;

export function peekOf(args: Parsed<typeof peekWords>): PeekOptions {
  const { account, messages, new: onlyNew = false, raw = false } = args;
  return { account, messages, lines: wholeNumber('--lines', args.lines, 0) ?? 5, onlyNew, raw };
}
