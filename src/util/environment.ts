import fs from 'node:fs';
import { userInfo } from 'node:os';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface User {
  readonly name: string;
  readonly home: string;
}

/** Who we are: the environment's word counts. In a container the user may have no entry, and so no name. */
export function userOf(env: Environment): User {
  const named = { name: env.LOGNAME ?? env.USER, home: env.HOME };
  if (named.name !== undefined && named.home !== undefined)
    return { name: named.name, home: named.home };
  try {
    const { username, homedir } = userInfo();
    return { name: named.name ?? username, home: named.home ?? homedir };
  } catch {
    return { name: named.name ?? 'unknown', home: named.home ?? '/' };
  }
}

/** What a program may need of the user's environment. Nothing else is handed on: it may hold secrets. */
const handedOn = /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|XDG_[A-Z_]+)$/;

/** A clean environment for the programs that we run. */
export function cleanEnvironment(env: Environment, user: User): Record<string, string> {
  const clean: Record<string, string> = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: user.home,
    USER: user.name,
    LOGNAME: user.name,
    SHELL: '/bin/sh',
  };
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '' && handedOn.test(name)) clean[name] = value;
  }
  return clean;
}

/** Where a program begins: the home folder, unless there is none. */
export function workingDirectoryOf({ home }: User): string {
  try {
    return fs.statSync(home).isDirectory() ? home : '/';
  } catch {
    return '/';
  }
}
