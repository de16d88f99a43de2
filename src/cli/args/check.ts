import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface CheckOptions {
  readonly accounts: readonly string[];
  /** Exit with 1 where there is no new mail. */
  readonly exitCode: boolean;
  readonly count: boolean;
}

export const checkWords = {
  usage: 'check [accounts..]',
  group: 'mail',
  summary: 'is there new mail? (nothing is changed)',
  positionals: onlyAccounts,
  options: {
    'exit-code': { type: 'boolean', describe: 'exit 0 if there is new mail, 1 if none' },
    count: { type: 'boolean', describe: 'print only how many messages are new' },
  },
  examples: [
    ['popfetch check', 'of every account'],
    ['popfetch check --exit-code gmx && popfetch --once gmx', 'poll only if it is worth it'],
  ],
  exits: {
    0: 'every account was looked at; with --exit-code: there is new mail',
    1: 'with --exit-code: there is none',
  },
  seeAlso: ['peek', 'once'],
} as const satisfies CommandWords;

export function checkOf(args: Parsed<typeof checkWords>): CheckOptions {
  const { accounts, exitCode = false, count = false } = args;
  return { accounts, exitCode, count };
}
