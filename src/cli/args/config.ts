import { type CommandWords, type Parsed, positional } from './words.ts';

export interface ConfigOptions {
  readonly action: 'check' | 'path';
}

export const configWords = {
  usage: 'config <action>',
  summary: 'check the configuration, or say where it is',
  positionals: {
    action: positional({
      choices: ['check', 'path'] as const,
      demandOption: true,
      describe: 'check it, or print where it is',
    }),
  },
  options: {},
} as const satisfies CommandWords;

export function configOf({ action }: Parsed<typeof configWords>): ConfigOptions {
  return { action };
}
