import type { NewAccount } from '../../config/append-account.ts';
import type { ImportPlan } from '../../import/plan.ts';
import { isMark } from '../../mail/identity.ts';
import { noteContact } from '../../state/first-contact.ts';
import { openJournalStore } from '../../state/journal-seen-store.ts';
import type { SavedRecord } from '../../state/seen-store.ts';
import type { GlobalOptions } from '../args/global.ts';
import { load } from '../configuration.ts';
import {
  type ConfigurationFile,
  configurationFile,
  extended,
  writeConfiguration,
} from '../configuration-file.ts';
import { stateDirectory } from '../state-dir.ts';
import type { World } from '../world.ts';
import { type Decided, decide } from './decide.ts';
import { newAccount } from './new-account.ts';
import { missingFrom, recordsOf } from './seen.ts';

/** What there is to be done for a plan. */
export interface Work {
  readonly plan: ImportPlan;
  readonly file: ConfigurationFile;
  readonly accounts: readonly AccountWork[];
  /** Accounts for the configuration. */
  readonly added: readonly NewAccount[];
  /** What the configuration will say. */
  readonly text: string;
  readonly stateDir: string;
}

export interface AccountWork extends Decided {
  /** What is to be put on record. */
  readonly records: readonly SavedRecord[];
  /** Messages among these. */
  readonly unknown: number;
}

/** Finds out what there is to be done, and checks it as far as that can be before anything is changed. */
export async function workFor(
  plan: ImportPlan,
  only: string | undefined,
  global: GlobalOptions,
  world: World,
): Promise<Work> {
  const file = await configurationFile(global, world);
  const wanted = plan.accounts.filter(({ name }) => only === undefined || name === only);
  const decided = decide(wanted, file.accounts);
  const added = decided
    .filter(({ there }) => there === undefined)
    .map((one) => newAccount(one, plan, world));
  const { text, added: read } =
    added.length === 0 ? { text: file.text, added: [] } : extended(file, added, world);
  const loaded = await load(global, world);
  const configured = loaded.kind === 'config' ? loaded.config.stateDir : undefined;
  const stateDir = stateDirectory(global.stateDir, configured, world.env, world.home);
  const accounts: AccountWork[] = [];
  for (const one of decided) {
    const { keep } = one.there ?? read.find(({ name }) => name === one.name) ?? { keep: true };
    const fetched = { tool: plan.tool, seen: one.imported.seen, leaves: typeof keep === 'object' };
    const records = await unknownOf(one.name, recordsOf(fetched, world.now()), stateDir, world);
    const unknown = records.filter(({ uid }) => !isMark(uid)).length;
    accounts.push({ ...one, records, unknown });
  }
  return { plan, file, accounts, added, text, stateDir };
}

async function unknownOf(
  account: string,
  all: readonly SavedRecord[],
  directory: string,
  { now }: World,
): Promise<readonly SavedRecord[]> {
  await using store = await openJournalStore({ directory, account, now, lock: false, anew: true });
  return missingFrom(store, all);
}

export function isDone({ added, accounts }: Work): boolean {
  return added.length === 0 && accounts.every(({ records }) => records.length === 0);
}

/** The seen lists first: an account without its own would fetch everything. */
export async function carryOut(work: Work, { now }: World): Promise<void> {
  const { file, text, accounts, added, stateDir: directory } = work;
  for (const { name: account, records } of accounts) {
    if (records.length === 0) continue;
    await using store = await openJournalStore({ directory, account, now, lock: true, anew: true });
    await store.restore(records);
    // What is not on this list is new, whatever `first` says.
    await noteContact(directory, account);
  }
  if (added.length > 0) await writeConfiguration(file, text);
}
