import fs from 'node:fs';
import path from 'node:path';
import { examineDirectory, makeDirectory } from '../../durable/file.ts';
import { storageFailure } from '../../durable/storage-failure.ts';
import { Failure } from '../../errors.ts';

/** The three folders of a Maildir. */
export interface Folders {
  readonly root: string;
  readonly tmp: string;
  readonly new: string;
  readonly cur: string;
}

export function foldersOf(root: string): Folders {
  return {
    root,
    tmp: path.join(root, 'tmp'),
    new: path.join(root, 'new'),
    cur: path.join(root, 'cur'),
  };
}

/** Makes what is missing, and throws a Failure where no message could be stored or where it is no Maildir. */
export async function prepareFolders(folders: Folders): Promise<void> {
  refuseWhatIsNoMaildir(folders);
  for (const folder of allOf(folders)) await makeDirectory(folder, 0o700);
  refuseUnfit(folders);
}

/** The same without making anything. */
export function examineFolders(folders: Folders): 'there' | 'to be made' {
  refuseWhatIsNoMaildir(folders);
  if (allOf(folders).some((folder) => examineDirectory(folder) === 'to be made'))
    return 'to be made';
  refuseUnfit(folders);
  return 'there';
}

function allOf(folders: Folders): readonly string[] {
  return [folders.root, folders.tmp, folders.new, folders.cur];
}

function refuseUnfit(folders: Folders): void {
  try {
    refuseForeign(folders);
    refuseSplit(folders);
    for (const folder of [folders.tmp, folders.new]) {
      fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    }
  } catch (error) {
    throw storageFailure(error, folders.root);
  }
}

/** A wrong path must not fill somebody's home folder or source tree with mail. */
function refuseWhatIsNoMaildir(folders: Folders): void {
  const { root } = folders;
  let entries: string[];
  try {
    const stat = fs.statSync(root, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) throw noMaildir(root, 'is a file, not a Maildir folder');
    entries = fs.readdirSync(root);
  } catch (error) {
    throw storageFailure(error, root);
  }
  if (entries.length === 0 || entries.some((name) => /^(?:cur|new|tmp)$/.test(name))) return;
  throw noMaildir(root, 'is a folder with other things in it, not a Maildir');
}

function noMaildir(root: string, reason: string): Failure {
  const hint = 'Name a Maildir (a folder with cur, new and tmp), an empty folder or a new one.';
  return new Failure('config', `${root}: ${reason}`, {
    phase: 'deliver',
    path: root,
    reason,
    hint,
  });
}

/** With root's rights, whoever owns the Maildir could point us at any file; and could not read the mail. */
function refuseForeign(folders: Folders): void {
  if (process.geteuid?.() !== 0 || fs.statSync(folders.root).uid === 0) return;
  const reason = 'belongs to another user, and popfetch runs as root';
  throw new Failure('config', `${folders.root}: ${reason}`, {
    phase: 'deliver',
    path: folders.root,
    reason,
    hint: 'Run popfetch as the user whose mail it is.',
  });
}

/** A message moves from tmp/ to new/ in one step, which works within one file system only. */
function refuseSplit(folders: Folders): void {
  if (fs.statSync(folders.tmp).dev === fs.statSync(folders.new).dev) return;
  const reason = 'tmp and new are on different file systems';
  throw new Failure('config', `${folders.root}: ${reason}`, {
    phase: 'deliver',
    path: folders.root,
    reason,
    hint: 'Put the whole Maildir on one file system.',
  });
}
