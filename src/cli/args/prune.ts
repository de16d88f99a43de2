import { type CommandWords, onlyAccounts, type Parsed } from './words.ts';

export interface PruneOptions {
  readonly accounts: readonly string[];
  readonly dryRun: boolean;
}

export const pruneWords = {
  usage: 'prune [accounts..]',
  summary: 'delete on the server what keep and atMost say, fetch nothing',
  positionals: onlyAccounts,
  options: {
    'dry-run': { alias: 'n', type: 'boolean', describe: 'say what would be deleted, do nothing' },
  },
} as const satisfies CommandWords;

export function pruneOf({ accounts, dryRun = false }: Parsed<typeof pruneWords>): PruneOptions {
  return { accounts, dryRun };
}
