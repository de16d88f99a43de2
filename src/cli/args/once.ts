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
  /** A destination as `popfetch deliver` takes it; undefined: what the configuration says. */
  readonly deliver: string | undefined;
  readonly wait: string | undefined;
  readonly failOnEmpty: boolean;
  /** What was seen is wanted too. */
  readonly again: boolean;
  /** Somebody was asked already. */
  readonly yes: boolean;
}

export const onceWords = {
  usage: 'once [accounts..]',
  group: 'mail',
  summary: 'poll the accounts once',
  positionals: onlyAccounts,
  options: {
    'dry-run': { alias: 'n', type: 'boolean', describe: 'say what would be done, do nothing' },
    keep: {
      type: 'boolean',
      shown: 'both',
      describe: 'leave messages on the server, or delete them',
    },
    limit: {
      type: 'number',
      arg: 'N',
      requiresArg: true,
      describe: 'most new messages per account',
    },
    'max-size': {
      type: 'string',
      arg: 'SIZE',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'leave larger ones: 50MB',
    },
    jobs: { alias: 'j', type: 'number', arg: 'N', requiresArg: true, describe: 'accounts at once' },
    wait: {
      type: 'string',
      arg: 'DURATION',
      requiresArg: true,
      describe: 'wait for another popfetch: 30s',
    },
    deliver: {
      type: 'string',
      arg: 'DEST',
      requiresArg: true,
      coerce: lastGiven,
      completes: 'file',
      describe: 'where new messages go in this run',
    },
    all: { type: 'boolean', describe: 'fetch also what was seen; asks first' },
    yes: { alias: 'y', type: 'boolean', describe: '--all: do not ask' },
    'fail-on-empty': { type: 'boolean', describe: 'exit 1 if nothing was new' },
  },
  examples: [
    ['popfetch --once', 'fetch the new mail of every account'],
    ['popfetch --once -q', 'for cron: print only what changes'],
    ['popfetch --once -n gmx', 'show what would be fetched from gmx, and why'],
    ['popfetch --once --limit 10 --no-keep gmx', 'ten messages, deleted once they are stored'],
  ],
  exits: {
    0: 'every account was polled, every new message delivered, new mail or not',
    1: 'with --fail-on-empty: nothing was new',
    75: 'something temporary; the next run may do better by itself',
  },
  seeAlso: ['check', 'status', 'help cron', 'help exit-codes'],
} as const satisfies CommandWords;

export function onceOf(args: Parsed<typeof onceWords>): OnceOptions {
  const { all: again = false, yes = false } = args;
  if (yes && !again) throw usage('--yes goes with --all');
  const { accounts, dryRun = false, keep, limit, maxSize, jobs, deliver } = args;
  const { wait, failOnEmpty = false } = args;
  return {
    accounts,
    dryRun,
    keep,
    limit: wholeNumber('--limit', limit),
    maxSize,
    jobs: wholeNumber('--jobs', jobs),
    deliver,
    wait,
    failOnEmpty,
    again,
    yes,
  };
}
