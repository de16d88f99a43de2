import fs from 'node:fs';
import os from 'node:os';
import { runCommand } from '../../util/command.ts';
import { mistake } from '../mistake.ts';
import type { Surroundings } from '../plan.ts';
import { type ConfigLine, lineOf } from './config.ts';

/** ms; for a person to unlock a key, too. */
const timeout = 60_000;

/**
 * The lines with what the commands behind `eval` print in their place, as mpop does it each time. They are run only from a
 * file that nobody else could have written. A password that a command merely repeats stands in clear: it becomes the password
 * itself, which is not copied. Throws a Failure with code `config` where a command fails.
 */
export async function evaluated(
  lines: readonly ConfigLine[],
  file: string,
  { env, home }: Surroundings,
): Promise<readonly ConfigLine[]> {
  const all: ConfigLine[] = [];
  for (const one of lines) {
    const { word, argument, line } = one;
    const repeats = merelyRepeats(argument);
    if (word !== 'eval' && !(word === 'passwordeval' && repeats)) {
      all.push(one);
      continue;
    }
    if (!isOurs(file)) throw mistake(file, line, `${word}: not run, as others can write this file`);
    const printed = await outputOf(argument, { ...env, HOME: home });
    if (printed === undefined) throw mistake(file, line, `${word}: the command failed`);
    const said =
      word === 'eval' ? lineOf(printed, line) : { word: 'password', argument: printed, line };
    if (said !== undefined) all.push(repeats ? said : { ...said, printedBy: argument });
  }
  return all;
}

/** Whether all that a command prints stands in it. */
function merelyRepeats(command: string): boolean {
  return /^(?:echo|printf)\s[^$`|;&<>]*$/.test(command);
}

function isOurs(file: string): boolean {
  const { uid, mode } = fs.statSync(file);
  return (mode & 0o022) === 0 && (uid === 0 || uid === os.userInfo().uid);
}

/** The first line; undefined when the command fails. */
async function outputOf(command: string, env: Surroundings['env']): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  const end = await runCommand({
    argv: ['/bin/sh', '-c', command],
    env,
    stdout: (chunk) => chunks.push(chunk),
    stderr: () => undefined,
    timeout,
    signal: new AbortController().signal,
    grace: 0,
  });
  if (end.kind !== 'exited' || end.status !== 0) return undefined;
  return Buffer.concat(chunks).toString('utf8').split('\n')[0];
}
