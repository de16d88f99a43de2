import { shortPath } from '../../config/problem-text.ts';
import { Failure } from '../../errors.ts';
import { heldLock } from '../../import/locks.ts';
import type { ImportPlan, Surroundings } from '../../import/plan.ts';
import { userOf } from '../../util/environment.ts';
import type { Invocation } from '../args.ts';
import { confirm } from '../confirm.ts';
import { choose } from '../import/choose.ts';
import { tellingOf } from '../import/telling.ts';
import { carryOut, isDone, workFor } from '../import/work.ts';
import type { World } from '../world.ts';

type ImportInvocation = Extract<Invocation, { command: 'import' }>;

/** Takes over what another program is set up to fetch, and has fetched. Its own files stay as they are. */
export async function importSetup(invocation: ImportInvocation, world: World): Promise<number> {
  const { home, env, stdout } = world;
  const { account, dryRun, global, printPassword } = invocation;
  const surroundings: Surroundings = { home, env, user: userOf({ ...env, HOME: home }).name };
  const { importer, files } = choose(invocation, surroundings);
  const plan = await importer.read(files, surroundings);
  if (printPassword !== undefined) {
    stdout.write(`${passwordOf(plan, printPassword)}\n`);
    return 0;
  }
  refuseWhileRunning(plan, world);
  const work = await workFor(plan, account, global, world);
  const telling = tellingOf(invocation, world);
  telling.plan(work);
  if (work.accounts.length === 0) throw nothingFor(plan, account);
  if (isDone(work)) telling.end(work, 'nothing to do');
  else if (dryRun) telling.end(work, 'dry run');
  else {
    await confirm(`Take this over into ${work.file.shown}?`, invocation, world);
    await carryOut(work, world);
    telling.end(work, 'done');
  }
  return 0;
}

function refuseWhileRunning({ tool, locks }: ImportPlan, { home }: World): void {
  const lock = heldLock(locks);
  if (lock === undefined) return;
  // Another process may have got the number of one that was killed.
  const stale = lock.kind === 'fcntl' ? '' : ' If it is not, remove that file.';
  throw new Failure('locked', `${tool} is running, as ${shortPath(lock.file, home)} shows`, {
    hint: `What it fetches now would come twice: stop ${tool} first.${stale} Nothing was changed.`,
  });
}

function nothingFor({ tool, accounts }: ImportPlan, account: string | undefined): Failure {
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
