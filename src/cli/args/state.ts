import { usage } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

export interface StateOptions {
  readonly action: 'refetch' | 'skip';
  readonly account: string;
  readonly uids: readonly string[];
  /** Those whose stored message is not there any more, or not as it was. */
  readonly missing: boolean;
}

export const stateWords = {
  usage: 'state <action> <account> [uids..]',
  summary: 'have messages fetched again, or never',
  positionals: {
    action: positional({
      choices: ['refetch', 'skip'] as const,
      demandOption: true,
      describe:
        'refetch: forget messages, so that they are fetched again; skip: take them for seen',
    }),
    account: positional({ type: 'string', demandOption: true, describe: 'whose' }),
    uids: positional({
      type: 'string',
      array: true,
      describe: 'unique-ids',
      default: [],
    }),
  },
  options: {
    missing: {
      type: 'boolean',
      describe: 'refetch: all that are not found here, or not as they were delivered',
    },
  },
} as const satisfies CommandWords;

export function stateOf(args: Parsed<typeof stateWords>): StateOptions {
  const { action, account, uids, missing = false } = args;
  if (action === 'skip' && missing) throw usage('--missing goes with refetch');
  if (action === 'skip' && uids.length === 0) throw usage('skip: which messages?');
  if (action === 'refetch' && missing === uids.length > 0)
    throw usage('refetch: either unique-ids or --missing');
  return { action, account, uids, missing };
}
