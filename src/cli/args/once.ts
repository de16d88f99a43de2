import { usage, wholeNumber } from '../usage.ts';
import { type CommandWords, lastGiven, onlyAccounts, type Parsed } from './words.ts';

export interface OnceOptions {
  /** The command prune: nothing is retrieved. */
  readonly onlyPrune?: boolean;
  readonly accounts: readonly string[];
  readonly dryRun: boolean;
  /** undefined: what the configuration says. */
  readonly keep: boolean | undefined;
  readonly limit: number | undefined;
  readonly maxSize: string | undefined;
  readonly jobs: number | undefined;
  readonly wait: string | undefined;
  readonly failOnEmpty: boolean;
  /** What was seen is wanted too. */
  readonly again: boolean;
  /** Somebody was asked already. */
  readonly yes: boolean;
}

export const onceWords = {
  usage: 'once [accounts..]',
  summary: 'poll the accounts once',
  positionals: onlyAccounts,
  options: {
    'dry-run': { alias: 'n', type: 'boolean', describe: 'say what would be done, do nothing' },
    keep: { type: 'boolean', describe: 'leave messages on the server (--no-keep: delete)' },
    limit: { type: 'number', requiresArg: true, describe: 'most new messages per account' },
    'max-size': {
      type: 'string',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'leave larger ones: 50MB',
    },
    jobs: { alias: 'j', type: 'number', requiresArg: true, describe: 'accounts at once' },
    wait: { type: 'string', requiresArg: true, describe: 'wait for another popfetch: 30s' },
    all: { type: 'boolean', describe: 'fetch also what was seen; asks first' },
    yes: { alias: 'y', type: 'boolean', describe: '--all: do not ask' },
    'fail-on-empty': { type: 'boolean', describe: 'exit 1 if nothing was new' },
  },
} as const satisfies CommandWords;

export function onceOf(args: Parsed<typeof onceWords>): OnceOptions {
  const { all: again = false, yes = false } = args;
  if (yes && !again) throw usage('--yes goes with --all');
  const { accounts, dryRun = false, keep, limit, maxSize, jobs, wait, failOnEmpty = false } = args;
  return {
    accounts,
    dryRun,
    keep,
    limit: wholeNumber('--limit', limit),
    maxSize,
    jobs: wholeNumber('--jobs', jobs),
    wait,
    failOnEmpty,
    again,
    yes,
  };
}
