import fs from 'node:fs';
import path from 'node:path';
import { examineDirectory, makeDirectory } from '../durable/file.ts';
import { storageFailure } from '../durable/storage-failure.ts';
import { stateFailure } from './replay.ts';

/** Where an account's journal, lock and status are. */
export function accountFolder(stateDirectory: string, account: string): string {
  return path.join(stateDirectory, 'accounts', account);
}

/** Makes the folder, 0700, and refuses one in which others could put or replace files. */
export async function prepareAccountFolder(
  stateDirectory: string,
  account: string,
): Promise<string> {
  const folder = accountFolder(stateDirectory, account);
  try {
    await makeDirectory(folder, 0o700);
    refuseUnsafe(stateDirectory, folder);
  } catch (error) {
    throw storageFailure(error, folder, 'state');
  }
  return folder;
}

/** The same without making anything; whether the folder is there. */
export function examineAccountFolder(
  stateDirectory: string,
  account: string,
): 'there' | 'to be made' {
  const folder = accountFolder(stateDirectory, account);
  try {
    const found = examineDirectory(folder);
    if (found === 'there') refuseUnsafe(stateDirectory, folder);
    return found;
  } catch (error) {
    throw storageFailure(error, folder, 'state');
  }
}

function refuseUnsafe(stateDirectory: string, folder: string): void {
  refuseUnsafeFolder(stateDirectory, fs.statSync(stateDirectory));
  // The folders that we made ourselves are no links; somebody else's link could lead anywhere.
  for (const inner of [path.dirname(folder), folder])
    refuseUnsafeFolder(inner, fs.lstatSync(inner));
  fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
}

function refuseUnsafeFolder(folder: string, stat: fs.Stats): void {
  if (stat.isSymbolicLink()) {
    throw stateFailure(folder, 'is a symbolic link', { hint: 'Replace it by a real folder.' });
  }
  if ((stat.mode & 0o022) !== 0) {
    throw stateFailure(folder, 'others may write to it', { hint: `Run: chmod 700 ${folder}` });
  }
  const user = process.geteuid?.() ?? stat.uid;
  if (stat.uid !== user && stat.uid !== 0) {
    throw stateFailure(folder, 'belongs to another user', {
      hint: 'Run popfetch as that user, or name another folder with --state-dir.',
    });
  }
}
