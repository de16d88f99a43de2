import fs from 'node:fs';
import path from 'node:path';
import { Failure } from '../../errors.ts';

/** How the user wrote it: words, or a line for the shell. */
export type Command = { readonly argv: readonly string[] } | { readonly line: string };

/**
 * The words to run, the program by its full path. Throws a Failure that stops the account where there is no such
 * program. In a shell line only a program named by its full path can be looked for.
 */
export function runnableWords(command: Command, searchPath: string): readonly string[] {
  if ('line' in command) {
    const [, named] = /^\s*(\/[\w./+-]+)(?:\s|$)/.exec(command.line) ?? [];
    if (named !== undefined) findProgram(named, searchPath);
    return ['/bin/sh', '-c', command.line];
  }
  const [program = '', ...rest] = command.argv;
  return [findProgram(program, searchPath), ...rest];
}

function findProgram(program: string, searchPath: string): string {
  if (program.includes('/')) {
    const problem = whyNotRunnable(program);
    if (problem === undefined) return path.resolve(program);
    throw missing(
      program,
      problem,
      'Install the program or correct deliver: in the configuration.',
    );
  }
  for (const folder of searchPath.split(':')) {
    const candidate = path.join(folder, program);
    if (path.isAbsolute(folder) && whyNotRunnable(candidate) === undefined) return candidate;
  }
  throw missing(
    program,
    'no such program',
    'Write its full path: cron and systemd have a short PATH.',
  );
}

function whyNotRunnable(file: string): string | undefined {
  try {
    if (!fs.statSync(file).isFile()) return 'not a program';
    fs.accessSync(file, fs.constants.X_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such program' : 'not executable';
  }
}

function missing(program: string, reason: string, hint: string): Failure {
  return new Failure('config', `${program}: ${reason}`, {
    phase: 'deliver',
    path: program,
    reason,
    hint,
  });
}
