import fs from 'node:fs';
import path from 'node:path';
import { makeDirectory, replaceFile } from '../durable/file.ts';
import { storageFailure } from '../durable/storage-failure.ts';
import { accountFolder } from './account-folder.ts';

/** An account's place in the state directory. */
export interface Whose {
  /** The state directory. */
  readonly directory: string;
  readonly account: string;
}

/**
 * Whether mail of the account was ever compared with its journal. It is noted beside the journal and, because folders
 * get lost as a whole, outside the account's folder as well: a journal that is gone then is no first contact.
 */
export function wasMet(whose: Whose): boolean {
  return hasId(whose) || fs.existsSync(outsideFile(whose));
}

/** Resolves when it is on the disk. Throws a Failure. */
export async function noteMet(whose: Whose, storeId: string): Promise<void> {
  const outside = outsideFile(whose);
  try {
    if (!fs.existsSync(outside)) {
      await makeDirectory(path.dirname(outside), 0o700);
      await replaceFile(outside, Buffer.from(''), 0o600);
    }
    if (hasId(whose)) return;
    await replaceFile(idFile(whose), Buffer.from(`${storeId}\n`, 'latin1'), 0o600);
  } catch (error) {
    throw storageFailure(error, outside, 'state');
  }
}

/** Whether this very journal's account was met. */
export function hasId(whose: Whose): boolean {
  return fs.existsSync(idFile(whose));
}

/** A journal that begins anew has met nothing. */
export function forgetId(whose: Whose): void {
  fs.rmSync(idFile(whose), { force: true });
}

/** For an account that somebody forgot on purpose. */
export function forgetMet(whose: Whose): void {
  fs.rmSync(outsideFile(whose), { force: true });
}

function idFile({ directory, account }: Whose): string {
  return path.join(accountFolder(directory, account), 'id');
}

function outsideFile({ directory, account }: Whose): string {
  return path.join(directory, 'known', account);
}
