import { usage } from '../usage.ts';
import { type CommandWords, type Parsed, positional } from './words.ts';

export interface DeliverOptions {
  /** Undefined: where the account's mail goes. */
  readonly destination: string | undefined;
  readonly account: string | undefined;
}

export const deliverWords = {
  usage: 'deliver [destination]',
  summary: 'deliver the message on standard input',
  positionals: {
    destination: positional({
      type: 'string',
      describe: 'as after deliver: in the configuration',
    }),
  },
  options: {
    account: { type: 'string', describe: "where this account's mail goes" },
  },
} as const satisfies CommandWords;

export function deliverOf(args: Parsed<typeof deliverWords>): DeliverOptions {
  const { destination, account } = args;
  if ((destination === undefined) === (account === undefined))
    throw usage('deliver: either a destination or --account');
  return { destination, account };
}
