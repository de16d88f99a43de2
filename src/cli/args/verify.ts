import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface VerifyOptions {
  readonly accounts: readonly string[];
}

export const verifyWords = {
  usage: 'verify [accounts..]',
  summary: 'is every message stored here, and as it was delivered?',
  positionals: onlyAccounts,
  options: {},
} as const satisfies CommandWords;

export function verifyOf({ accounts }: Parsed<typeof verifyWords>): VerifyOptions {
  return { accounts };
}
