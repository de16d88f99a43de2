import type { Argv } from 'yargs';

export interface RunOptions {
  /** Poll every account at the start, due or not. */
  readonly now: boolean;
  readonly every: string | undefined;
}

export function runOptions<Known>(parser: Argv<Known>) {
  return parser
    .option('now', { type: 'boolean', describe: 'poll every account at the start' })
    .option('every', {
      type: 'string',
      requiresArg: true,
      describe: 'time between two polls: 5m',
    });
}

export function runOf(args: {
  readonly now?: boolean | undefined;
  readonly every?: string | undefined;
}): RunOptions {
  const { now = false, every } = args;
  return { now, every };
}
