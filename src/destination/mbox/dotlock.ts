import fs from 'node:fs';
import { createFile, writeFully } from '../../durable/file.ts';
import { errnoOf } from '../../durable/storage-failure.ts';
import { isRunning } from '../../util/running.ts';

/** Who wants the lock. */
export interface Locker {
  /** Hex; the same in each run of this owner, who never has two runs at once. */
  readonly mark: string;
  readonly pid: number;
  /** ms since 1970. */
  readonly now: () => number;
}

export interface Dotlock {
  /** Nobody took it away, as procmail does after a while. */
  isStillThere(): boolean;
  release(): void;
}

/** Younger ones are respected even when their process is gone: it may be one of another computer. */
const staleAfter = 5 * 60 * 1000;

/**
 * The classic lock beside an mbox, `FILE.lock`, as lockfile(1), procmail, mutt_dotlock and Dovecot know it. Undefined
 * where somebody else has it; throws what the system throws. It holds the pid, by which liblockfile sees whether its
 * owner lives, and our mark.
 *
 * Not made with proper-lockfile, which judges by time stamps alone, and wants a timer for as long as the lock is held:
 * ours is held for moments, and what is left of a killed run must be told from the lock of a living one.
 */
export function takeDotlock(file: string, locker: Locker): Dotlock | undefined {
  const text = `${locker.pid}\n${markLine(locker)}\n`;
  if (!tryCreate(file, text, locker)) {
    if (!isLeftover(file, locker)) return undefined;
    fs.rmSync(file, { force: true });
    if (!tryCreate(file, text, locker)) return undefined;
  }
  const isStillThere = () => readLock(file)?.text === text;
  return {
    isStillThere,
    release() {
      if (isStillThere()) fs.rmSync(file, { force: true });
    },
  };
}

/** Removes what a killed run of the same owner left; for when nothing is to be locked. */
export function clearOwnDotlock(file: string, locker: Locker): void {
  if (isMarkedBy(locker, readLock(file)?.text)) fs.rmSync(file, { force: true });
  fs.rmSync(temporary(file, locker), { force: true });
}

/** For people who wait: `process 123 since 06:51`. */
export function pidIn(file: string): number | undefined {
  const pid = Number.parseInt(readLock(file)?.text ?? '', 10);
  return pid > 0 ? pid : undefined;
}

/** Appears complete or not at all, which O_EXCL would not give. */
function tryCreate(file: string, text: string, locker: Locker): boolean {
  const next = temporary(file, locker);
  fs.rmSync(next, { force: true });
  try {
    writeNew(next, text);
    link(next, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(next, { force: true });
  }
}

function writeNew(file: string, text: string): void {
  const fd = createFile(file, 0o644);
  try {
    writeFully(fd, Buffer.from(text, 'latin1'));
  } finally {
    fs.closeSync(fd);
  }
}

function link(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch (error) {
    // vfat and some network file systems have no links.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(errnoOf(error) ?? '')) throw error;
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
  }
}

/** Of a killed run of the same owner, of whom there is one at a time; or old, with no process that lives. */
function isLeftover(file: string, locker: Locker): boolean {
  const lock = readLock(file);
  if (lock === undefined) return false;
  if (isMarkedBy(locker, lock.text)) return true;
  return locker.now() - lock.changedAt >= staleAfter && !isRunning(Number.parseInt(lock.text, 10));
}

function isMarkedBy(locker: Locker, text = ''): boolean {
  return text.split('\n')[1] === markLine(locker);
}

function markLine({ mark }: Locker): string {
  return `popfetch ${mark}`;
}

function temporary(file: string, { mark }: Locker): string {
  return `${file}.${mark}`;
}

/** Undefined where there is none, or something that is no file. */
function readLock(file: string): { readonly text: string; readonly changedAt: number } | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ELOOP'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) return undefined;
    const start = Buffer.alloc(256);
    const text = start.toString('latin1', 0, fs.readSync(fd, start, 0, start.length, 0));
    return { text, changedAt: stat.mtimeMs };
  } finally {
    fs.closeSync(fd);
  }
}
