import { usage } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

export interface StateOptions {
  readonly action: 'list' | 'skip' | 'refetch' | 'forget' | 'export' | 'import';
  /** Undefined: of all accounts. */
  readonly account: string | undefined;
  /** Unique-ids; of import the file. */
  readonly uids: readonly string[];
  /** refetch: those whose stored message is not there any more, or not as it was. */
  readonly missing: boolean;
  readonly dryRun: boolean;
  /** Somebody was asked already. */
  readonly yes: boolean;
}

export const stateWords = {
  usage: 'state <action> [account] [uids..]',
  group: 'settings',
  summary: 'what is known of messages, and what is to be',
  positionals: {
    action: positional({
      choices: ['list', 'skip', 'refetch', 'forget', 'export', 'import'] as const,
      demandOption: true,
      describe: 'show it, take messages for seen, fetch them again, drop it, move it elsewhere',
    }),
    account: positional({ type: 'string', describe: 'whose', completes: 'account' }),
    uids: positional({
      arg: 'UIDL',
      type: 'string',
      array: true,
      describe: 'unique-ids; import: a file, - for stdin',
      default: [],
    }),
  },
  options: {
    all: { type: 'boolean', describe: 'skip: all that is on the server now' },
    'dry-run': { alias: 'n', type: 'boolean', describe: 'skip: say how many, do nothing' },
    yes: { alias: 'y', type: 'boolean', describe: 'forget: do not ask' },
    missing: {
      type: 'boolean',
      describe: 'refetch: all that are not found here, or not as they were delivered',
    },
  },
  examples: [
    ['popfetch state list', 'what is kept of each account'],
    ['popfetch state skip gmx --all', 'what is there counts as seen, what comes is fetched'],
    ['popfetch state refetch gmx --missing', 'what verify does not find'],
    ['popfetch state export gmx > gmx.jsonl', 'to move to another computer'],
  ],
  exits: {},
  seeAlso: ['verify'],
} as const satisfies CommandWords;

export function stateOf(args: Parsed<typeof stateWords>): StateOptions {
  const { action, account, uids, missing = false, all = false, dryRun = false, yes = false } = args;
  if (account === undefined && action !== 'list' && action !== 'export')
    throw usage(`${action}: of which account?`);
  if (missing && action !== 'refetch') throw usage('--missing goes with refetch');
  if ((all || dryRun) && action !== 'skip') throw usage('--all and --dry-run go with skip');
  if (yes && action !== 'forget') throw usage('--yes goes with forget');
  if (action === 'refetch' && missing === uids.length > 0)
    throw usage('refetch: either unique-ids or --missing');
  if (action === 'skip' && all === uids.length > 0) throw usage('skip: either unique-ids or --all');
  if (uids.length > (action === 'import' ? 1 : 0) && noUids.has(action))
    throw usage(`${action}: too many arguments`);
  return { action, account, uids, missing, dryRun, yes };
}

const noUids: ReadonlySet<string> = new Set(['list', 'export', 'import']);
