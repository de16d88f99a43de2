import { tools } from '../../import/tools.ts';
import { usage } from '../usage.ts';
import { type CommandWords, lastGiven, type Parsed, positional } from './words.ts';

export interface ImportOptions {
  /** A program, or a file of one; undefined to be told which there are. */
  readonly from: string | undefined;
  /** Where `from` is a program, and its files are not where it looks for them. */
  readonly file: string | undefined;
  /** Only this one, by the name that it gets here. */
  readonly account: string | undefined;
  readonly dryRun: boolean;
  /** Somebody was asked already. */
  readonly yes: boolean;
  /** Nothing but the password of this account, for popfetch itself. */
  readonly printPassword: string | undefined;
}

export const importWords = {
  usage: 'import [from] [file]',
  group: 'getting started',
  summary: "take over another program's accounts, and what it has fetched",
  positionals: {
    from: positional({
      arg: 'FILE|TOOL',
      type: 'string',
      describe: `a configuration of ${tools.join(', ')}, or one of these names`,
      completes: 'file',
    }),
    file: positional({
      arg: 'FILE',
      type: 'string',
      describe: 'behind a name: a configuration elsewhere than usual',
      completes: 'file',
    }),
  },
  options: {
    account: { type: 'string', arg: 'NAME', describe: 'only this one of the accounts' },
    'dry-run': { alias: 'n', type: 'boolean', describe: 'show what would be done' },
    yes: { alias: 'y', type: 'boolean', describe: 'do not ask' },
    'print-password': {
      type: 'string',
      arg: 'NAME',
      describe: 'print the password of that account, which stands in the file',
    },
  },
  examples: [
    ['popfetch import fetchmail', 'what is in ~/.fetchmailrc and ~/.fetchids'],
    ['popfetch import -n ~/.mpoprc', 'show what it would become'],
  ],
  exits: {
    64: 'nobody said yes',
    75: 'the other program is running',
  },
  seeAlso: ['once', 'state', 'config'],
} as const satisfies CommandWords;

export function importOf(args: Parsed<typeof importWords>): ImportOptions {
  const { from, file, dryRun = false, yes = false } = args;
  if (file !== undefined && !tools.some((tool) => tool === from))
    throw usage(`import: a file behind ${from}, which is none of ${tools.join(', ')}`);
  return {
    from,
    file,
    account: lastGiven(args.account),
    dryRun,
    yes,
    printPassword: lastGiven(args.printPassword),
  };
}
