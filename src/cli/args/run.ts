import type { CommandWords, Parsed } from './words.ts';

export interface RunOptions {
  /** Poll every account at the start, due or not. */
  readonly now: boolean;
  readonly every: string | undefined;
}

export const runWords = {
  usage: ['run', '$0'],
  summary: 'poll on schedule until stopped',
  positionals: {},
  options: {
    now: { type: 'boolean', describe: 'poll every account at the start' },
    every: { type: 'string', requiresArg: true, describe: 'time between two polls: 5m' },
  },
} as const satisfies CommandWords;

export function runOf({ now = false, every }: Parsed<typeof runWords>): RunOptions {
  return { now, every };
}
