import { usage } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

export interface DeliverOptions {
  /** Undefined: where the account's mail goes. */
  readonly destination: string | undefined;
  readonly account: string | undefined;
}

export const deliverWords = {
  usage: 'deliver [destination]',
  group: 'mail',
  summary: 'deliver the message on standard input',
  positionals: {
    destination: positional({
      type: 'string',
      completes: 'file',
      describe: 'as after deliver: in the configuration',
    }),
  },
  options: {
    account: {
      type: 'string',
      arg: 'ACCOUNT',
      completes: 'account',
      describe: "where this account's mail goes",
    },
  },
  examples: [
    ['popfetch deliver ~/Maildir/ < message', 'into a Maildir'],
    ['popfetch deliver "|procmail" < message', 'by a command'],
    ['popfetch deliver "smtp:localhost?to=joe" < message', 'by a mail server'],
    ['popfetch deliver --account gmx < message', "where an account's mail goes"],
  ],
  exits: {
    0: 'it is delivered',
    65: 'it was refused for good',
    73: 'it cannot be written',
    75: 'trying later helps',
  },
  seeAlso: ['popfetch.yaml(5)'],
} as const satisfies CommandWords;

export function deliverOf(args: Parsed<typeof deliverWords>): DeliverOptions {
  const { destination, account } = args;
  if ((destination === undefined) === (account === undefined))
    throw usage('deliver: either a destination or --account');
  return { destination, account };
}
