import { usage } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

export interface QuarantineOptions {
  readonly action: 'list' | 'show' | 'retry' | 'drop';
  /** Undefined: of all accounts. */
  readonly account: string | undefined;
  readonly uids: readonly string[];
  readonly deleteFromServer: boolean;
}

export const quarantineWords = {
  usage: 'quarantine <action> [account] [uids..]',
  group: 'insight',
  summary: 'messages that a destination keeps refusing',
  positionals: {
    action: positional({
      choices: ['list', 'show', 'retry', 'drop'] as const,
      demandOption: true,
      describe: 'list them, show one, deliver them again, let them go',
    }),
    account: positional({ type: 'string', describe: 'whose', completes: 'account' }),
    uids: positional({
      arg: 'UIDL',
      type: 'string',
      array: true,
      describe: 'unique-ids, as the list shows them',
      default: [],
    }),
  },
  options: {
    'delete-from-server': {
      type: 'boolean',
      describe: 'drop: treat it as delivered, so that keep decides',
    },
  },
  examples: [
    ['popfetch quarantine list', 'what was refused, and why'],
    ['popfetch quarantine retry gmx', 'once the reason is mended'],
    ['popfetch quarantine drop gmx UIDL', 'let one go'],
  ],
  exits: {
    65: 'a destination refused one again',
  },
  seeAlso: ['once', 'verify'],
} as const satisfies CommandWords;

export function quarantineOf(args: Parsed<typeof quarantineWords>): QuarantineOptions {
  const { action, account, uids, deleteFromServer = false } = args;
  if (action !== 'list' && account === undefined) throw usage(`${action}: of which account?`);
  if (action === 'show' && uids.length !== 1) throw usage('show: one message by its unique-id');
  if (action === 'drop' && uids.length === 0) throw usage('drop: which messages?');
  if (deleteFromServer && action !== 'drop') throw usage('--delete-from-server goes with drop');
  return { action, account, uids, deleteFromServer };
}
