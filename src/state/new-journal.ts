import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../durable/file.ts';
import { Failure } from '../errors.ts';
import { waysOn } from '../util/ways-on.ts';
import { headerLine } from './journal-line.ts';
import { type Whose, wasMet } from './met.ts';
import { readStatus } from './status.ts';

/** Makes an empty journal. The account is known by it from its first listing on. */
export async function startNew(file: string, account: string): Promise<number> {
  await replaceFile(file, Buffer.from(headerLine(account, newStoreId()), 'latin1'), 0o600);
  return fs.openSync(file, 'r+');
}

/** Throws a Failure where a missing journal was not always missing. */
export function refuseIfThereWasOne(file: string, whose: Whose): void {
  const { directory, account } = whose;
  const wasThere =
    wasMet(whose) ||
    fs.existsSync(path.join(path.dirname(file), 'journal.bak')) ||
    readStatus(directory, account).delivered > 0;
  if (!wasThere) return;
  const reason = `${file} is missing, although mail was fetched before`;
  throw new Failure('state', reason, {
    phase: 'state',
    path: file,
    reason,
    hint: waysOn(account),
  });
}

export function newStoreId(): string {
  return randomBytes(16).toString('hex');
}
