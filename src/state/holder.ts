import fs from 'node:fs';
import path from 'node:path';
import { isRunning } from '../util/running.ts';
import { currentBootId } from './boot.ts';
import type { GuardKind } from './kernel-guard.ts';

/** Who holds a lock, as its file says. */
export interface Holder {
  readonly pid: number;
  /** Tells this process from a later one with the same pid; undefined where the system does not say. */
  readonly processStart: string | undefined;
  /** ms since 1970. */
  readonly startedAt: number;
  readonly bootId: string;
  readonly token: string;
  readonly guard: GuardKind | undefined;
}

/** Undefined where nobody is named: the file is new, was released, or is being written just now. */
export function readHolder(fd: number): Holder | undefined {
  const buffer = Buffer.alloc(1024);
  const text = buffer.toString('utf8', 0, fs.readSync(fd, buffer, 0, buffer.length, 0));
  try {
    const said: unknown = JSON.parse(text);
    return isHolder(said) ? said : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Who holds the lock of an account's folder, as far as its file tells. The lock itself is left alone: to try it would
 * keep out a poll that begins just now.
 */
export function currentHolder(folder: string): Holder | undefined {
  let fd: number;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    fd = fs.openSync(path.join(folder, 'lock'), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const holder = readHolder(fd);
    return holder !== undefined && isAlive(holder) ? holder : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

/** Whether that very process still runs. */
export function isAlive(holder: Holder): boolean {
  if (holder.bootId !== currentBootId()) return false;
  if (holder.processStart !== undefined) return startOfProcess(holder.pid) === holder.processStart;
  return isRunning(holder.pid);
}

/** Clock ticks since boot, field 22 of proc(5) stat. The name in field 2 may hold blanks and parentheses. */
export function startOfProcess(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isHolder(said: unknown): said is Holder {
  return (
    typeof said === 'object' &&
    said !== null &&
    'pid' in said &&
    typeof said.pid === 'number' &&
    'startedAt' in said &&
    typeof said.startedAt === 'number' &&
    'bootId' in said &&
    typeof said.bootId === 'string'
  );
}
