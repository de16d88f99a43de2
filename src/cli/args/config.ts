import { type CommandWords, type Parsed, positional } from './words.ts';

export interface ConfigOptions {
  readonly action: 'check' | 'path';
}

export const configWords = {
  usage: 'config <action>',
  group: 'settings',
  summary: 'check the configuration, or say where it is',
  positionals: {
    action: positional({
      choices: ['check', 'path'] as const,
      demandOption: true,
      describe: 'check it, or print where it is',
    }),
  },
  options: {},
  examples: [
    ['popfetch config check', 'every problem with its place and a hint'],
    ['popfetch -c new.yaml config check', 'of a file that is not in use yet'],
  ],
  exits: {
    0: 'it is usable, or was found',
    78: 'it is missing, wrong or unsafe',
  },
  seeAlso: ['help config', 'popfetch.yaml(5)'],
} as const satisfies CommandWords;

export function configOf({ action }: Parsed<typeof configWords>): ConfigOptions {
  return { action };
}
