import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, syncDirectory } from '../durable/file.ts';
import { errnoOf, storageFailure } from '../durable/storage-failure.ts';
import { accountFolder } from './account-folder.ts';
import { forgetMet } from './met.ts';

/** The accounts that the state directory holds something of, configured or not, by name. Throws a Failure. */
export function knownAccounts(directory: string): readonly string[] {
  const folder = path.dirname(accountFolder(directory, 'any'));
  try {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageFailure(error, folder, 'state');
  }
}

/** Whether it was forgotten on purpose, or taken over under another name. */
export function wasSetAside(directory: string, account: string): boolean {
  const aside = path.join(directory, 'set-aside');
  const names = fs.existsSync(aside) ? fs.readdirSync(aside) : [];
  return names.some((name) => name.replace(/-\d{8}T\d{6}$/, '') === account);
}

/**
 * Puts all state of an account where no command looks for it, and whence people can bring it back. To be called under
 * its lock. Resolves with the folder's new place. Throws a Failure.
 */
export async function setAside(directory: string, account: string, now: number): Promise<string> {
  const aside = path.join(directory, 'set-aside');
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\..*/g, '');
  const target = path.join(aside, `${account}-${stamp}`);
  try {
    await makeDirectory(aside, 0o700);
    // Killed in between, the account is still known, and may be forgotten or taken over once more.
    forgetMet({ directory, account });
    fs.renameSync(accountFolder(directory, account), target);
    await syncDirectory(aside);
    return target;
  } catch (error) {
    throw storageFailure(error, target, 'state');
  }
}
