import type { CommandWords, Parsed } from './words.ts';

export interface RunOptions {
  /** Poll every account at the start, due or not. */
  readonly now: boolean;
  readonly every: string | undefined;
}

export const runWords = {
  usage: ['run', '$0'],
  group: 'mail',
  summary: 'poll on schedule until stopped',
  positionals: {},
  options: {
    now: { type: 'boolean', describe: 'poll every account at the start' },
    every: {
      type: 'string',
      arg: 'DURATION',
      requiresArg: true,
      describe: 'time between two polls: 5m',
    },
  },
  examples: [
    ['popfetch', 'stay in the foreground'],
    ['popfetch run --now --every 2m', 'poll at once, then every two minutes'],
  ],
  exits: {
    0: 'stopped by SIGINT or SIGTERM, in order',
    130: 'hurried by a second Ctrl-C',
  },
  seeAlso: ['once', 'status'],
} as const satisfies CommandWords;

export function runOf({ now = false, every }: Parsed<typeof runWords>): RunOptions {
  return { now, every };
}
