import fs from 'node:fs';
import path from 'node:path';
import { examineDirectory, makeDirectory } from '../../durable/file.ts';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import { Failure } from '../../errors.ts';

/** As many as the kernel follows. */
const mostLinks = 40;

/**
 * The file itself behind links that we or root made, so that the lock beside it is the one that others take too. Throws
 * a Failure for somebody else's link, which could lead to any file of ours.
 */
export function followOwnLinks(written: string): string {
  try {
    return behindLinks(written);
  } catch (error) {
    throw storageFailure(error, written);
  }
}

function behindLinks(written: string): string {
  let file = written;
  for (let links = 0; links < mostLinks; links++) {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (!stat?.isSymbolicLink()) return file;
    if (stat.uid !== 0 && stat.uid !== ourUser(stat.uid)) {
      throw unfit(file, 'is a symbolic link that another user made');
    }
    file = path.resolve(fs.realpathSync(path.dirname(file)), fs.readlinkSync(file));
  }
  throw unfit(written, 'is a circle of symbolic links');
}

/** Sees that messages can be stored: makes the folder, not the file. Throws a Failure. */
export async function prepareMailboxFile(file: string): Promise<void> {
  await makeDirectory(path.dirname(file), 0o700);
  refuseUnusable(file);
}

/** The same without making anything; whether the file is there. */
export function examineMailboxFile(file: string): 'there' | 'to be made' {
  if (examineDirectory(path.dirname(file)) === 'to be made') return 'to be made';
  refuseUnusable(file);
  return fs.existsSync(file) ? 'there' : 'to be made';
}

function refuseUnusable(file: string): void {
  const folder = path.dirname(file);
  try {
    const stat = fs.lstatSync(file, { throwIfNoEntry: false });
    if (stat !== undefined) {
      refuseUnfit(file, stat);
      fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
    }
  } catch (error) {
    throw storageFailure(error, file);
  }
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    throw errnoOf(error) === 'EACCES' ? noRoomForLock(file, error) : storageFailure(error, folder);
  }
}

/** Opens it to read and write, 0600 where it is new. Throws a Failure. */
export function openMailboxFile(file: string): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let fd: number;
  try {
    // Without O_NONBLOCK, a pipe in its place would block us.
    fd = fs.openSync(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    throw storageFailure(error, file);
  }
  try {
    refuseUnfit(file, fs.fstatSync(fd));
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/** Whether the path still leads to the file that we have open. */
export function isStillAt(file: string, fd: number): boolean {
  const there = fs.lstatSync(file, { throwIfNoEntry: false });
  const ours = fs.fstatSync(fd);
  return there?.ino === ours.ino && there.dev === ours.dev;
}

/** The folder lets nobody but its group make files: `/var/mail` is 2775 root:mail. */
export function noRoomForLock(file: string, cause: unknown): Failure {
  const folder = path.dirname(file);
  const reason = `${file}.lock cannot be made there (permission denied)`;
  const hint =
    `An mbox is locked by a file beside it. Let popfetch run in the group of ${folder} ` +
    '(mail, as a rule), or name an mbox in your home folder.';
  const facts = { phase: 'deliver', path: folder, reason, hint } as const;
  return new Failure('no_permission', `${folder}: ${reason}`, facts, cause);
}

/** /dev/null too: a destination that keeps nothing would let mail be deleted from the server. */
function refuseUnfit(file: string, stat: fs.Stats): void {
  if (stat.isDirectory()) {
    throw unfit(file, 'is a folder', `For a Maildir write ${file}/ with a slash at the end.`);
  }
  if (!stat.isFile()) throw unfit(file, 'is not a file');
  // With root's rights, whoever owns the file could not read it, or could point us at another one.
  if (ourUser(stat.uid) === 0 && stat.uid !== 0) {
    const hint = 'Run popfetch as the user whose mail it is.';
    throw unfit(file, 'belongs to another user, and popfetch runs as root', hint);
  }
}

function unfit(file: string, reason: string, hint = 'Name a file of your own.'): Failure {
  const facts = { phase: 'deliver', path: file, reason, hint } as const;
  return new Failure('config', `${file}: ${reason}`, facts);
}

/** Where there are no users, everything is ours. */
function ourUser(owner: number): number {
  return process.geteuid?.() ?? owner;
}
