import type { CommandWords, Parsed } from './words.ts';

export interface DemoOptions {
  readonly serve: boolean;
  /** Undefined: any that is free. */
  readonly port: number | undefined;
}

export const demoWords = {
  usage: 'demo',
  summary: 'see the real thing work, no account needed',
  positionals: {},
  options: {
    serve: { type: 'boolean', describe: 'leave the demo server running' },
    port: { type: 'number', describe: 'port of the demo server', requiresArg: true },
  },
} as const satisfies CommandWords;

export function demoOf({ serve = false, port }: Parsed<typeof demoWords>): DemoOptions {
  return { serve, port };
}
