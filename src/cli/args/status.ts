import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface StatusOptions {
  readonly accounts: readonly string[];
  readonly maxAge: string | undefined;
}

export const statusWords = {
  usage: 'status [accounts..]',
  group: 'insight',
  summary: 'last poll, last error, counts, next poll',
  positionals: onlyAccounts,
  options: {
    'max-age': {
      type: 'string',
      arg: 'DURATION',
      requiresArg: true,
      describe: 'exit 69 if the last success is older: 2d',
    },
  },
  examples: [
    ['popfetch status', 'a line for each account'],
    ['popfetch status --max-age 2d', 'for monitoring'],
  ],
  exits: {
    69: "an account's last success is older than --max-age",
  },
  seeAlso: ['history'],
} as const satisfies CommandWords;

export function statusOf({ accounts, maxAge }: Parsed<typeof statusWords>): StatusOptions {
  return { accounts, maxAge };
}
