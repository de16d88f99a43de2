import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface VerifyOptions {
  readonly accounts: readonly string[];
}

export const verifyWords = {
  usage: 'verify [accounts..]',
  group: 'insight',
  summary: 'is every message stored here, and unchanged?',
  positionals: onlyAccounts,
  options: {},
  examples: [
    ['popfetch verify', 'of every account'],
    ['popfetch state refetch gmx --missing', 'fetch again what it did not find'],
  ],
  exits: {
    0: 'all is there, and as it was delivered',
    65: 'there are differences',
  },
  seeAlso: ['state'],
} as const satisfies CommandWords;

export function verifyOf({ accounts }: Parsed<typeof verifyWords>): VerifyOptions {
  return { accounts };
}
