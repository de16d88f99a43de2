import type { Stats } from 'node:fs';
import { shellWord } from '../util/shell-word.ts';
import type { Problem } from './problem.ts';

/** What a configuration file must fulfil, because it names commands to run; undefined when it does. */
export function ownershipProblem(
  path: string,
  stats: Stats,
  uid: number | undefined,
): Problem | undefined {
  if (uid === undefined) return undefined;
  if (stats.uid !== uid && stats.uid !== 0)
    return {
      path,
      place: undefined,
      message: 'belongs to another user, who could make it run any command',
      hint: `chown ${uid} ${shellWord(path)}`,
      isPermission: true,
    };
  if ((stats.mode & 0o022) === 0) return undefined;
  return {
    path,
    place: undefined,
    message: `${(stats.mode & 0o002) === 0 ? 'its group' : 'everybody'} can write it, and could make it run any command`,
    hint: `chmod go-w ${shellWord(path)}`,
    isPermission: true,
  };
}

/**
 * Whether others can read a file that is to be secret. One that belongs to root may be readable by its group: that is
 * how root hands a secret to a service.
 */
export function othersCanRead(stats: Stats, uid: number | undefined): boolean {
  if (uid === undefined) return false;
  return (stats.mode & (stats.uid === 0 && uid !== 0 ? 0o007 : 0o077)) !== 0;
}
