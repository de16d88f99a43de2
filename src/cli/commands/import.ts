import type { NewAccount } from '../../config/append-account.ts';
import { shortPath } from '../../config/problem-text.ts';
import { Failure } from '../../errors.ts';
import { heldLock } from '../../import/locks.ts';
import type { ImportPlan, Surroundings } from '../../import/plan.ts';
import { formatCount } from '../../log/format.ts';
import { noteContact } from '../../state/first-contact.ts';
import { openJournalStore } from '../../state/journal-seen-store.ts';
import type { SavedRecord } from '../../state/seen-store.ts';
import { userOf } from '../../util/environment.ts';
import { printable } from '../../util/printable.ts';
import type { Invocation } from '../args.ts';
import { load } from '../configuration.ts';
import {
  type ConfigurationFile,
  configurationFile,
  extended,
  writeConfiguration,
} from '../configuration-file.ts';
import { confirm } from '../confirm.ts';
import { choose } from '../import/choose.ts';
import { type Decided, decide } from '../import/decide.ts';
import { newAccount } from '../import/new-account.ts';
import { accountText, notesText } from '../import/plan-text.ts';
import { missingFrom, recordsOf } from '../import/seen.ts';
import { stateDirectory } from '../state-dir.ts';
import type { World } from '../world.ts';

type ImportInvocation = Extract<Invocation, { command: 'import' }>;

/** Takes over what another program is set up to fetch, and has fetched. Its own files stay as they are. */
export async function importSetup(invocation: ImportInvocation, world: World): Promise<number> {
  const { home, env, stdout } = world;
  const surroundings: Surroundings = { home, env, user: userOf({ ...env, HOME: home }).name };
  const { importer, files } = choose(invocation, surroundings);
  const plan = await importer.read(files, surroundings);
  if (invocation.printPassword !== undefined) {
    stdout.write(`${passwordOf(plan, invocation.printPassword)}\n`);
    return 0;
  }
  refuseWhileRunning(plan, world);
  const work = await workFor(plan, invocation, world);
  if (!(invocation.global.quiet && invocation.yes)) tellPlan(work, invocation, world);
  if (work.accounts.length === 0) throw nothingFor(plan, invocation);
  if (isDone(work)) {
    stdout.write('nothing to do: all of it was taken over before\n');
    return 0;
  }
  if (invocation.dryRun) {
    stdout.write('dry run: nothing was changed\n');
    return 0;
  }
  await confirm(`Take this over into ${work.file.shown}?`, invocation, world);
  await carryOut(work, world);
  return 0;
}

interface Account extends Decided {
  /** What is to be put on record. */
  readonly records: readonly SavedRecord[];
  /** Messages among these. */
  readonly unknown: number;
}

interface Work {
  readonly plan: ImportPlan;
  readonly file: ConfigurationFile;
  readonly stateDir: string;
  readonly accounts: readonly Account[];
  readonly added: readonly NewAccount[];
  /** What the configuration will say. */
  readonly text: string;
}

/** What is to be done, checked as far as that can be done before anything is changed. */
async function workFor(
  plan: ImportPlan,
  invocation: ImportInvocation,
  world: World,
): Promise<Work> {
  const { account: only, global } = invocation;
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
  const accounts: Account[] = [];
  for (const one of decided) {
    const { keep } = one.there ?? read.find(({ name }) => name === one.name) ?? { keep: true };
    const fetched = { tool: plan.tool, seen: one.imported.seen, leaves: typeof keep === 'object' };
    accounts.push({
      ...one,
      ...(await unknownOf(one.name, recordsOf(fetched, world.now()), stateDir, world)),
    });
  }
  return { plan, file, stateDir, accounts, added, text };
}

async function unknownOf(
  account: string,
  all: readonly SavedRecord[],
  directory: string,
  { now }: World,
): Promise<Pick<Account, 'records' | 'unknown'>> {
  await using store = await openJournalStore({ directory, account, now, lock: false, anew: true });
  const records = missingFrom(store, all);
  return { records, unknown: records.filter(({ uid }) => !uid.startsWith(' ')).length };
}

function tellPlan(
  { plan, file, accounts, added, text }: Work,
  { account }: ImportInvocation,
  world: World,
): void {
  const { stdout, home } = world;
  const files = plan.files.map((one) => shortPath(one, home)).join(', ');
  stdout.write(`${plan.tool}: ${files}\n\n`);
  for (const one of accounts)
    stdout.write(`${accountText({ decided: one, unknown: one.unknown }, home)}\n`);
  const others = account === undefined ? plan.notes : [];
  if (others.length > 0) stdout.write(`of no account:\n${notesText(others, home)}\n`);
  if (added.length === 0) return;
  const before = new Set(file.text.split('\n'));
  const lines = text.split('\n').filter((line) => line !== '' && !before.has(line));
  stdout.write(
    `added to ${file.shown}:\n${lines.map((line) => `  ${printable(line)}\n`).join('')}\n`,
  );
}

function isDone({ added, accounts }: Work): boolean {
  return added.length === 0 && accounts.every(({ records }) => records.length === 0);
}

/** The seen list first: an account without it would fetch everything. */
async function carryOut(
  { file, text, accounts, added, stateDir }: Work,
  world: World,
): Promise<void> {
  const { now, stdout } = world;
  for (const { name, records, unknown } of accounts) {
    if (records.length === 0) continue;
    await using store = await openJournalStore({
      directory: stateDir,
      account: name,
      now,
      lock: true,
      anew: true,
    });
    await store.restore(records);
    // What is not on this list is new, whatever `first` says.
    await noteContact(stateDir, name);
    stdout.write(`${name}: ${formatCount(unknown, 'message')} taken for seen\n`);
  }
  if (added.length === 0) return;
  await writeConfiguration(file, text);
  const names = added.map(({ name }) => name).join(', ');
  stdout.write(`${file.shown}: ${formatCount(added.length, 'account')} added: ${names}\n`);
}

function refuseWhileRunning({ tool, locks }: ImportPlan, { home }: World): void {
  const lock = heldLock(locks);
  if (lock === undefined) return;
  throw new Failure('locked', `${tool} is running, as ${shortPath(lock.file, home)} shows`, {
    hint: `What it fetches now would come twice: stop ${tool} first. Nothing was changed.`,
  });
}

function nothingFor({ tool, accounts }: ImportPlan, { account }: ImportInvocation): Failure {
  if (account === undefined)
    return new Failure('usage', `nothing of this set-up of ${tool} can be taken over`);
  const names = accounts.map(({ name }) => name).join(', ');
  return new Failure('usage', `no account "${account}" in this set-up of ${tool}`, {
    hint: `there are: ${names}`,
  });
}

function passwordOf({ accounts, tool }: ImportPlan, name: string): string {
  // Read together with others it may have got another name.
  const found = accounts.find((one) => one.name === name) ?? only(accounts);
  if (found?.secret !== undefined) return found.secret.reveal();
  throw new Failure('usage', `no password of "${name}" in this set-up of ${tool}`);
}

function only<T>([first, ...others]: readonly T[]): T | undefined {
  return others.length === 0 ? first : undefined;
}
