import { type CommandWords, type Parsed, positional } from './words.ts';

export interface HistoryOptions {
  /** Undefined: of all accounts. */
  readonly account: string | undefined;
}

export const historyWords = {
  usage: 'history [account]',
  group: 'insight',
  summary: 'the last polls, one line each',
  positionals: {
    account: positional({ type: 'string', describe: 'only this one', completes: 'account' }),
  },
  options: {},
  examples: [
    ['popfetch history', 'of all accounts'],
    ['popfetch history gmx', 'of one'],
  ],
  exits: {},
  seeAlso: ['status'],
} as const satisfies CommandWords;

export function historyOf({ account }: Parsed<typeof historyWords>): HistoryOptions {
  return { account };
}
