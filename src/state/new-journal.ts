import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../durable/file.ts';
import { headerLine } from './journal-line.ts';
import { stateFailure } from './replay.ts';
import { readStatus } from './status.ts';

interface Whose {
  /** The state directory. */
  readonly directory: string;
  readonly account: string;
}

/** The journal comes first: that the id is there tells that there was a journal. */
export async function startNew(folder: string, file: string, options: Whose): Promise<number> {
  refuseIfThereWasOne(folder, file, options);
  const storeId = newStoreId();
  await replaceFile(file, Buffer.from(headerLine(options.account, storeId), 'latin1'), 0o600);
  await replaceFile(path.join(folder, 'id'), Buffer.from(`${storeId}\n`, 'latin1'), 0o600);
  return fs.openSync(file, 'r+');
}

export function refuseIfThereWasOne(folder: string, file: string, options: Whose): void {
  const wasThere =
    ['id', 'journal.bak'].some((name) => fs.existsSync(path.join(folder, name))) ||
    readStatus(options.directory, options.account).delivered > 0;
  if (!wasThere) return;
  throw stateFailure(file, 'is missing: what was delivered before is not known', {
    hint: `Put it back from a backup, or remove the folder ${folder} to fetch everything anew.`,
  });
}

export function newStoreId(): string {
  return randomBytes(16).toString('hex');
}
