import { type CommandWords, type Parsed, positional } from './words.ts';

export interface AdoptOptions {
  readonly account: string;
  /** Maildirs, mboxes and folders of them. */
  readonly paths: readonly string[];
  readonly dryRun: boolean;
  /** Somebody was asked already. */
  readonly yes: boolean;
}

export const adoptWords = {
  usage: 'adopt <account> <paths..>',
  group: 'getting started',
  summary: 'take for seen what is stored here already (TOP)',
  positionals: {
    account: positional({
      type: 'string',
      demandOption: true,
      describe: 'whose maildrop',
      completes: 'account',
    }),
    paths: positional({
      arg: 'PATH',
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'a Maildir, an mbox, or a folder of them',
      completes: 'file',
    }),
  },
  options: {
    'dry-run': { alias: 'n', type: 'boolean', describe: 'say how many, do nothing' },
    yes: { alias: 'y', type: 'boolean', describe: 'do not ask' },
  },
  examples: [
    ['popfetch adopt gmx ~/Maildir', 'what another program has put there'],
    ['popfetch adopt -n gmx ~/Maildir ~/mail/archive', 'only say how many messages are there'],
  ],
  exits: {
    64: 'nobody said yes',
    69: 'the server lacks the command TOP',
  },
  seeAlso: ['import', 'state', 'verify'],
} as const satisfies CommandWords;

export function adoptOf(args: Parsed<typeof adoptWords>): AdoptOptions {
  const { account, paths, dryRun = false, yes = false } = args;
  return { account, paths: paths.map(String), dryRun, yes };
}
