import type { Argv } from 'yargs';

export interface PruneOptions {
  readonly accounts: readonly string[];
  readonly dryRun: boolean;
}

export interface StatusOptions {
  readonly accounts: readonly string[];
  readonly maxAge: string | undefined;
}

export interface HistoryOptions {
  /** Undefined: of all accounts. */
  readonly account: string | undefined;
}

/** The commands about what polls left behind, on the server and in the state directory. */
export type InsightInvocation<Global> =
  | ({ readonly command: 'prune'; readonly global: Global } & PruneOptions)
  | ({ readonly command: 'status'; readonly global: Global } & StatusOptions)
  | ({ readonly command: 'history'; readonly global: Global } & HistoryOptions);

/** Adds those commands to a command line. */
export function insightCommands<Known, Global>(
  parser: Argv<Known>,
  global: (args: object) => Global,
  take: (invocation: InsightInvocation<Global>) => void,
): Argv<Known> {
  return parser
    .command(
      'prune [accounts..]',
      'delete on the server what keep and atMost say, fetch nothing',
      (command) =>
        withAccounts(command).option('dry-run', {
          alias: 'n',
          type: 'boolean',
          describe: 'say what would be deleted, do nothing',
        }),
      ({ accounts, dryRun, ...args }) =>
        take({ command: 'prune', global: global(args), accounts, dryRun: dryRun === true }),
    )
    .command(
      'status [accounts..]',
      'last poll, last error, counts, next poll',
      (command) =>
        withAccounts(command).option('max-age', {
          type: 'string',
          requiresArg: true,
          describe: 'exit 69 if the last success is older: 2d',
        }),
      ({ accounts, maxAge, ...args }) =>
        take({ command: 'status', global: global(args), accounts, maxAge }),
    )
    .command(
      'history [account]',
      'the last polls, one line each',
      (command) => command.positional('account', { type: 'string', describe: 'only this one' }),
      ({ account, ...args }) => take({ command: 'history', global: global(args), account }),
    );
}

function withAccounts<Known>(parser: Argv<Known>) {
  return parser.positional('accounts', {
    type: 'string',
    array: true,
    describe: 'only these',
    default: [] as readonly string[],
  });
}
