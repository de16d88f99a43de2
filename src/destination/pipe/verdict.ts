import os from 'node:os';
import { Failure } from '../../errors.ts';
import type { Ended } from './runner.ts';

/** What is known beside how it ended. */
export interface Circumstances {
  readonly uid: string;
  /** Last line that the command wrote. */
  readonly said: string | undefined;
  /** ms that it may take. */
  readonly timeout: number;
  /** A shell says 126 and 127 when the line names no program; that must not cost a message. */
  readonly isShellLine: boolean;
}

const temporary = 75;

/** sysexits(3), for people. */
const meanings: ReadonlyMap<number, string> = new Map([
  [64, 'wrong usage'],
  [65, 'data error'],
  [66, 'cannot open input'],
  [67, 'unknown user'],
  [68, 'unknown host'],
  [69, 'service unavailable'],
  [70, 'internal error'],
  [71, 'system error'],
  [72, 'system file missing'],
  [73, 'cannot create output'],
  [74, 'input/output error'],
  [temporary, 'temporary'],
  [76, 'protocol error'],
  [77, 'permission denied'],
  [78, 'configuration error'],
  [126, 'not executable'],
  [127, 'command not found'],
]);

/**
 * What a command's end means for the message: done (undefined), later (75, signals, time-outs) or refused for good (all
 * others).
 */
export function verdict(ended: Ended, circumstances: Circumstances): Failure | undefined {
  switch (ended.kind) {
    case 'exited':
      return ended.status === 0 ? undefined : exited(ended.status, circumstances);
    case 'timed out':
      return later(`did not end within ${circumstances.timeout / 1000} s`, circumstances);
    case 'not started':
      return later(`could not be started (${ended.reason})`, circumstances);
    case 'unknown':
      return later('was killed', circumstances);
    default:
      return ended satisfies never;
  }
}

function exited(status: number, circumstances: Circumstances): Failure {
  // A shell tells of a signal this way.
  if (status >= 128) {
    const signal = nameOfSignal(status - 128);
    const deed = signal === undefined ? `exited ${status}` : `was killed by ${signal}`;
    return later(deed, circumstances);
  }
  const meaning = meanings.get(status);
  const deed = `exited ${status}${meaning === undefined ? '' : ` (${meaning})`}`;
  const isLater = status === temporary || (circumstances.isShellLine && status >= 126);
  return isLater
    ? later(deed, circumstances)
    : new Failure('deliver_perm', deed, factsOf(deed, circumstances));
}

function later(deed: string, circumstances: Circumstances): Failure {
  return new Failure('deliver_temp', deed, factsOf(deed, circumstances));
}

function factsOf(reason: string, { uid, said }: Circumstances): Failure['facts'] {
  return { phase: 'deliver', reason, uid, ...(said === undefined ? {} : { output: said }) };
}

function nameOfSignal(number: number): string | undefined {
  return Object.entries(os.constants.signals).find(([, value]) => value === number)?.[0];
}
