import { checkReporter } from '../../log/check.ts';
import { pollRound } from '../../scheduler/round.ts';
import type { ExitCodes } from '../args/global.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { worst } from '../exit-status.ts';
import { numberedPoll } from '../fetchmail-status.ts';
import { Looking, type LookOutcome } from '../looking.ts';
import { monotonicClock } from '../monotonic-clock.ts';
import { reporting } from '../reporters.ts';
import { serverKey } from '../server-key.ts';
import { stateDirectory } from '../state-dir.ts';
import type { World } from '../world.ts';

type CheckInvocation = Extract<Invocation, { command: 'check' }>;

/** Says whether there is new mail. Nothing is fetched, and nothing changes, here or there. */
export async function check(invocation: CheckInvocation, world: World): Promise<number> {
  const { global, count, exitCode: asExitCode } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const accounts = chooseAccounts(config, invocation.accounts);
  using reports = await reporting(global, world, (all) => checkReporter({ ...all, count }));
  const { emit } = reports;
  const stateDir = stateDirectory(global.stateDir, config.stateDir, world.env, world.home);
  using looking = new Looking({ global, config, stateDir, world: reports.world, emit });
  const began = performance.now();
  const names = accounts.map(({ name }) => name);
  emit({ type: 'run.start', version: world.version, accounts: names, dryRun: true });
  const outcomes = await pollRound(
    accounts.map((account) => ({
      host: serverKey(account),
      run: (place) => looking.account(account, () => undefined, place),
    })),
    { jobs: config.jobs, perHost: config.perHost },
    monotonicClock,
  );
  const exitCode = statusOf(outcomes, asExitCode, global.exitCodes);
  const failed = outcomes.filter(({ status }) => status !== 0);
  emit({
    type: 'run.end',
    exitCode,
    accountsOk: outcomes.length - failed.length,
    accountsFailed: failed.map(({ account }) => account),
    new: sumOf(outcomes, 'new'),
    bytes: sumOf(outcomes, 'bytes'),
    durationMs: performance.now() - began,
    dryRun: true,
  });
  return exitCode;
}

/** A failure is told before "nothing new": who cannot look does not know. */
function statusOf(
  outcomes: readonly LookOutcome[],
  asExitCode: boolean,
  exitCodes: ExitCodes,
): number {
  const status = worst(outcomes.map((outcome) => outcome.status));
  const found = sumOf(outcomes, 'new');
  if (status === 0 && asExitCode && found === 0) return 1;
  const failure = outcomes.find((outcome) => outcome.status === status)?.failure;
  return numberedPoll(status, exitCodes, { new: found, failure });
}

function sumOf(outcomes: readonly LookOutcome[], count: 'new' | 'bytes'): number {
  return outcomes.reduce((sum, { counts }) => sum + counts[count], 0);
}
