import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, replaceFile } from '../durable/file.ts';
import { storageFailure } from '../durable/storage-failure.ts';
import { accountFolder } from './account-folder.ts';
import { readStatus } from './status.ts';

/**
 * Whether an account that fetches only what is new was never listed to the end. Durable: to mark a second time would
 * lose the mail that came in between.
 */
export function isFirstContact(stateDirectory: string, account: string): boolean {
  if (fs.existsSync(fileOf(stateDirectory, account))) return false;
  const { lastSuccessAt, delivered } = readStatus(stateDirectory, account);
  return lastSuccessAt === undefined && delivered === 0;
}

/** To be called when what was there is marked. Resolves when it is on the disk. Throws a Failure. */
export async function noteContact(stateDirectory: string, account: string): Promise<void> {
  const file = fileOf(stateDirectory, account);
  try {
    await makeDirectory(path.dirname(file), 0o700);
    await replaceFile(file, Buffer.from(''), 0o600);
  } catch (error) {
    throw storageFailure(error, file, 'state');
  }
}

function fileOf(stateDirectory: string, account: string): string {
  return path.join(accountFolder(stateDirectory, account), 'contact');
}
