import fs from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { storageFailure } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';
import type { Predecessor } from '../poll/acquaintance.ts';
import { accountFolder } from '../state/account-folder.ts';
import { openJournalStore } from '../state/journal-seen-store.ts';
import { knownAccounts, setAside } from '../state/known-accounts.ts';
import type { SavedRecord, SeenStore } from '../state/seen-store.ts';
import { readStatus } from '../state/status.ts';

/** Names of all accounts, those included that are not enabled, and the file in which they stand. */
export interface ConfiguredNames {
  readonly names: readonly string[];
  readonly file: string;
}

interface Surroundings {
  readonly stateDir: string;
  readonly configured: ConfiguredNames;
  /** ms since 1970. */
  readonly now: () => number;
}

/** The accounts that `account` may have been called before. */
export function predecessorsOf(account: string, around: Surroundings): readonly Predecessor[] {
  const { stateDir, configured } = around;
  const isOther = (name: string) => name !== account && !configured.names.includes(name);
  return knownAccounts(stateDir)
    .filter(
      (name) => isOther(name) && fs.existsSync(join(accountFolder(stateDir, name), 'journal')),
    )
    .map((old) => ({
      account: old,
      isInUse: isPolledSince(changedAt(configured.file), stateDir, old),
      look: () => lookAt(old, around),
      handOver: (store) => handOver(old, account, store, around),
    }));
}

export function namesIn({ accounts, path }: Pick<Config, 'accounts' | 'path'>): ConfiguredNames {
  return { names: accounts.map(({ name }) => name), file: path };
}

/** ms since 1970. What is no file was changed just now. */
function changedAt(configFile: string): number {
  return fs.statSync(configFile, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

function isPolledSince(moment: number, stateDir: string, account: string): boolean {
  return (readStatus(stateDir, account).lastPollAt ?? 0) > moment;
}

async function lookAt(
  account: string,
  { stateDir: directory, now }: Surroundings,
): Promise<SeenStore | undefined> {
  try {
    return await openJournalStore({ directory, account, now, lock: false });
  } catch (thrown) {
    // A journal that is damaged is nobody's; the account that it belongs to says so when it is polled.
    if (thrown instanceof Failure && thrown.code === 'state') return undefined;
    throw thrown;
  }
}

/** What an account keeps beside its journal. */
const companions = ['quarantine', 'history', 'status.json'];

/**
 * Under both locks. Killed before `restore` it is done again from the start; killed after it the account has all, and
 * the old one's state is merely left where it was.
 */
async function handOver(
  old: string,
  account: string,
  store: SeenStore,
  { stateDir, now }: Surroundings,
): Promise<void> {
  await using former = await openJournalStore({
    directory: stateDir,
    account: old,
    now,
    lock: true,
  });
  const records: SavedRecord[] = [];
  await former.saved((record) => records.push(record));
  for (const name of companions)
    move(join(accountFolder(stateDir, old), name), join(accountFolder(stateDir, account), name));
  await store.restore(records);
  await setAside(stateDir, old, now());
}

function move(from: string, to: string): void {
  try {
    if (fs.existsSync(from) && !fs.existsSync(to)) fs.renameSync(from, to);
  } catch (error) {
    throw storageFailure(error, to, 'state');
  }
}
