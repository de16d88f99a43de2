import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Failure } from '../errors.ts';
import type { TextSink } from './text-sink.ts';

/**
 * A log file that is appended to, created for the user alone (0600), and never followed through a symbolic link: its
 * folder may be one that others write to. Throws a Failure with code `config` when it cannot be opened.
 */
export class LogFile implements TextSink, Disposable {
  readonly #path: string;
  #fd: number;

  constructor(path: string) {
    this.#path = path;
    this.#fd = openLog(path);
  }

  /** Synchronous, whole lines: what was logged survives the process. */
  write(text: string): void {
    let rest = Buffer.from(text);
    while (rest.length > 0) rest = rest.subarray(writeSync(this.#fd, rest));
  }

  /** Goes on in a new file after the old one was moved away (SIGHUP). */
  reopen(): void {
    const old = this.#fd;
    this.#fd = openLog(this.#path);
    closeSync(old);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** Whether this file descriptor is the journal's, as systemd says in JOURNAL_STREAM (systemd.exec(5)). */
export function isJournal(fd: number, journalStream: string | undefined): boolean {
  if (journalStream === undefined || journalStream === '') return false;
  const { dev, ino } = fstatSync(fd);
  return journalStream === `${dev}:${ino}`;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

function openLog(path: string): number {
  try {
    // O_NONBLOCK: a FIFO without a reader is refused instead of stopping the fetch for ever.
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const why = reasons.get(code ?? '') ?? code ?? String(thrown);
    throw new Failure('config', `cannot write the log file ${path}: ${why}`, { path }, thrown);
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ELOOP', 'it is a symbolic link'],
  ['ENXIO', 'nobody reads this FIFO'],
  ['ENOENT', 'no such folder'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'permission denied'],
  ['EROFS', 'read-only file system'],
  ['ENOSPC', 'no space left on the disk'],
]);
