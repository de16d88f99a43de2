import type { CommandWords, Parsed } from './words.ts';

export interface DemoOptions {
  readonly serve: boolean;
  /** Undefined: any that is free. */
  readonly port: number | undefined;
}

export const demoWords = {
  usage: 'demo',
  group: 'getting started',
  summary: 'see the real thing work, no account needed',
  positionals: {},
  options: {
    serve: { type: 'boolean', describe: 'leave the demo server running' },
    port: { type: 'number', arg: 'N', describe: 'port of the demo server', requiresArg: true },
  },
  examples: [
    ['popfetch demo', 'four steps, under a second'],
    ['popfetch demo --serve', 'a server to write a configuration for'],
  ],
  exits: {
    0: 'each step came out as it should',
    70: 'one did not',
  },
  seeAlso: ['once'],
} as const satisfies CommandWords;

export function demoOf({ serve = false, port }: Parsed<typeof demoWords>): DemoOptions {
  return { serve, port };
}
