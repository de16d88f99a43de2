import { type CommandWords, type Parsed, positional } from './words.ts';

export interface DeliverOptions {
  readonly destination: string;
}

export const deliverWords = {
  usage: 'deliver <destination>',
  summary: 'deliver the message on standard input',
  positionals: {
    destination: positional({
      type: 'string',
      demandOption: true,
      describe: 'as after deliver: in the configuration',
    }),
  },
  options: {},
} as const satisfies CommandWords;

export function deliverOf({ destination }: Parsed<typeof deliverWords>): DeliverOptions {
  return { destination };
}
