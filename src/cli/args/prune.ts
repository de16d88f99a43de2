import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface PruneOptions {
  readonly accounts: readonly string[];
  readonly dryRun: boolean;
}

export const pruneWords = {
  usage: 'prune [accounts..]',
  group: 'mail',
  summary: 'apply keep and atMost now, without fetching',
  positionals: onlyAccounts,
  options: {
    'dry-run': { alias: 'n', type: 'boolean', describe: 'say what would be deleted, do nothing' },
  },
  examples: [
    ['popfetch prune -n', 'say what would be deleted, and why'],
    ['popfetch prune gmx', 'of one account'],
  ],
  exits: {},
  seeAlso: ['once', 'help config'],
} as const satisfies CommandWords;

export function pruneOf({ accounts, dryRun = false }: Parsed<typeof pruneWords>): PruneOptions {
  return { accounts, dryRun };
}
