import { type CommandWords, type Parsed, positional } from './words.ts';

export interface ConfigOptions {
  readonly action: 'check' | 'path' | 'print' | 'schema';
}

export const configWords = {
  usage: 'config <action>',
  group: 'settings',
  summary: 'check it, print it, say where it is',
  positionals: {
    action: positional({
      choices: ['check', 'path', 'print', 'schema'] as const,
      demandOption: true,
      describe: 'check it; print where it is, what holds, or its JSON Schema',
    }),
  },
  options: {},
  examples: [
    ['popfetch config check', 'every problem with its place and a hint'],
    ['popfetch -c new.yaml config check', 'of a file that is not in use yet'],
    ['popfetch config print', 'every setting, and where it comes from'],
    ['popfetch config schema > popfetch.schema.json', 'for editors'],
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
