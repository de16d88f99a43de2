import { readArgv } from './argv.ts';
import { argvSchema, described } from './json-schema.ts';
import type { Keys } from './keys.ts';
import { readDuration } from './quantities.ts';
import type { Read } from './reading.ts';

/** Commands for what happens to an account, and how long each may take. */
export interface HookValues {
  readonly newMail: readonly string[];
  readonly failure: readonly string[];
  readonly recovered: readonly string[];
  readonly timeout: number;
}

const readHook: Read<readonly string[]> = described(
  () => argvSchema,
  (tree, reading) =>
    readArgv(tree, 'write [program, argument, ...]; for a shell line [sh, -c, "line"]', reading),
);

export const hookKeys: Keys<HookValues> = {
  newMail: {
    read: readHook,
    default: undefined,
    doc: 'run after a poll that delivered new messages',
    example: '[notify-send, new mail]',
    mistakenFor: ['new', 'mail'],
  },
  failure: {
    read: readHook,
    default: undefined,
    doc: 'run when a failure is announced, and for each reminder',
    example: '[mail-admin, "{account} fails"]',
    mistakenFor: ['fail', 'failed', 'error'],
  },
  recovered: {
    read: readHook,
    default: undefined,
    doc: 'run when an announced failure is over',
    example: '[mail-admin, "{account} is well"]',
    mistakenFor: ['ok', 'recovery', 'success'],
  },
  timeout: {
    read: readDuration('1h'),
    default: '30s',
    doc: 'longest time that a hook may take',
    example: '10s',
  },
};
