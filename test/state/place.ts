import fs from 'node:fs';
import path from 'node:path';
import { type JournalStoreOptions, openJournalStore } from '../../src/state/journal-seen-store.ts';
import type { SeenStore } from '../../src/state/seen-store.ts';
import type { StorePlace } from '../contract/seen-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface JournalPlace extends StorePlace {
  readonly stateDirectory: string;
  /** The account's own. */
  readonly folder: string;
  readonly file: string;
  open(options?: Partial<JournalStoreOptions>): Promise<SeenStore>;
  text(): string;
  write(content: string | Buffer): void;
}

export async function journalPlace(): Promise<JournalPlace> {
  const temporary = await temporaryFolder();
  const stateDirectory = path.join(temporary.path, 'state');
  const folder = path.join(stateDirectory, 'accounts', 'acc');
  const file = path.join(folder, 'journal');
  return {
    stateDirectory,
    folder,
    file,
    open: (options = {}) =>
      openJournalStore({
        directory: stateDirectory,
        account: 'acc',
        now: () => 5000,
        lock: true,
        ...options,
      }),
    text: () => fs.readFileSync(file, 'latin1'),
    write: (content) => fs.writeFileSync(file, content, 'latin1'),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}
