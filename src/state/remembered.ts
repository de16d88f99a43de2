import fs from 'node:fs';
import { errnoOf, storageFailure } from '../durable/storage-failure.ts';
import type { Intent } from '../mail/intent.ts';
import { parseStored } from './journal-line.ts';
import type { Ledger } from './ledger.ts';
import { replay } from './replay.ts';
import type { Remembered } from './seen-store.ts';

export interface JournalPlace {
  readonly file: string;
  readonly account: string;
}

/**
 * Reads once more what the journal says of stored messages, which costs too much memory to be kept. `ledger` is what
 * the journal adds up to: what it does not know any more is left out.
 */
export function readRemembered(
  { file, account }: JournalPlace,
  ledger: Ledger,
  take: (message: Remembered) => void,
): void {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw storageFailure(error, file, 'state');
  }
  try {
    const promised = new Map<string, Intent[]>();
    replay(fd, file, account, (record, { bytes, start, end }) => {
      const { kind, uid } = record;
      if (kind === 'intent') promised.set(uid, [...(promised.get(uid) ?? []), record.intent]);
      else if (kind === 'done' || kind === 'withdrawn' || kind === 'part') {
        if (kind === 'done' && ledger.known.has(uid))
          for (const stored of promised.get(uid) ?? []) take({ uid, stored });
        promised.delete(uid);
      } else if (kind === 'seen' && ledger.known.has(uid)) {
        const stored = parseStored(bytes, start, end);
        if (stored !== undefined) take({ uid, stored });
      }
    });
  } finally {
    fs.closeSync(fd);
  }
}
