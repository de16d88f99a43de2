import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface StatusOptions {
  readonly accounts: readonly string[];
  readonly maxAge: string | undefined;
}

export const statusWords = {
  usage: 'status [accounts..]',
  summary: 'last poll, last error, counts, next poll',
  positionals: onlyAccounts,
  options: {
    'max-age': {
      type: 'string',
      requiresArg: true,
      describe: 'exit 69 if the last success is older: 2d',
    },
  },
} as const satisfies CommandWords;

export function statusOf({ accounts, maxAge }: Parsed<typeof statusWords>): StatusOptions {
  return { accounts, maxAge };
}
