import type { Argv } from 'yargs';
import { usage } from './usage.ts';

export interface QuarantineOptions {
  readonly action: 'list' | 'show' | 'retry' | 'drop';
  /** Undefined: of all accounts. */
  readonly account: string | undefined;
  readonly uids: readonly string[];
  readonly deleteFromServer: boolean;
}

export interface VerifyOptions {
  readonly accounts: readonly string[];
}

export interface RefetchOptions {
  readonly action: 'refetch';
  readonly account: string;
  readonly uids: readonly string[];
  /** Those whose stored message is not there any more, or not as it was. */
  readonly missing: boolean;
}

export interface DeliverOptions {
  readonly destination: string;
}

function deliverOptions<Known>(parser: Argv<Known>) {
  return parser.positional('destination', {
    type: 'string',
    demandOption: true,
    describe: 'as after deliver: in the configuration',
  });
}

function verifyOptions<Known>(parser: Argv<Known>) {
  return parser.positional('accounts', {
    type: 'string',
    array: true,
    describe: 'only these',
    default: [],
  });
}

function quarantineOptions<Known>(parser: Argv<Known>) {
  return parser
    .positional('action', {
      choices: ['list', 'show', 'retry', 'drop'] as const,
      demandOption: true,
      describe: 'list them, show one, deliver them again, let them go',
    })
    .positional('account', { type: 'string', describe: 'whose' })
    .positional('uids', {
      type: 'string',
      array: true,
      describe: 'unique-ids, as the list shows them',
      default: [],
    })
    .option('delete-from-server', {
      type: 'boolean',
      describe: 'drop: treat it as delivered, so that keep decides',
    });
}

function quarantineOf(args: {
  readonly action: QuarantineOptions['action'];
  readonly account?: string | undefined;
  readonly uids: readonly string[];
  readonly deleteFromServer?: boolean | undefined;
}): QuarantineOptions {
  const { action, account, uids, deleteFromServer = false } = args;
  if (action !== 'list' && account === undefined) throw usage(`${action}: of which account?`);
  if (action === 'show' && uids.length !== 1) throw usage('show: one message by its unique-id');
  if (action === 'drop' && uids.length === 0) throw usage('drop: which messages?');
  if (deleteFromServer && action !== 'drop') throw usage('--delete-from-server goes with drop');
  return { action, account, uids, deleteFromServer };
}

function stateOptions<Known>(parser: Argv<Known>) {
  return parser
    .positional('action', {
      choices: ['refetch'] as const,
      demandOption: true,
      describe: 'refetch: forget messages, so that they are fetched again',
    })
    .positional('account', { type: 'string', demandOption: true, describe: 'whose' })
    .positional('uids', { type: 'string', array: true, describe: 'unique-ids', default: [] })
    .option('missing', {
      type: 'boolean',
      describe: 'all that are not found here, or not as they were delivered',
    });
}

function refetchOf(args: {
  readonly action: 'refetch';
  readonly account: string;
  readonly uids: readonly string[];
  readonly missing?: boolean | undefined;
}): RefetchOptions {
  const { action, account, uids, missing = false } = args;
  if (missing === uids.length > 0) throw usage('refetch: either unique-ids or --missing');
  return { action, account, uids, missing };
}

/** The commands for what is stored here, as the command line asks for them. */
export type StoredInvocation<Global> =
  | ({ readonly command: 'deliver'; readonly global: Global } & DeliverOptions)
  | ({ readonly command: 'verify'; readonly global: Global } & VerifyOptions)
  | ({ readonly command: 'quarantine'; readonly global: Global } & QuarantineOptions)
  | ({ readonly command: 'state'; readonly global: Global } & RefetchOptions);

/** Adds those commands to a command line. */
export function storedCommands<Known, Global>(
  parser: Argv<Known>,
  global: (args: object) => Global,
  take: (invocation: StoredInvocation<Global>) => void,
): Argv<Known> {
  return parser
    .command(
      'verify [accounts..]',
      'is every message stored here, and as it was delivered?',
      (command) => verifyOptions(command),
      (args) => take({ command: 'verify', global: global(args), accounts: args.accounts }),
    )
    .command(
      'quarantine <action> [account] [uids..]',
      'messages that a destination refused for good',
      (command) => quarantineOptions(command),
      (args) => take({ command: 'quarantine', global: global(args), ...quarantineOf(args) }),
    )
    .command(
      'state <action> <account> [uids..]',
      'forget messages, so that they are fetched again',
      (command) => stateOptions(command),
      (args) => take({ command: 'state', global: global(args), ...refetchOf(args) }),
    )
    .command(
      'deliver <destination>',
      'deliver the message on standard input',
      (command) => deliverOptions(command),
      (args) => take({ command: 'deliver', global: global(args), destination: args.destination }),
    );
}
