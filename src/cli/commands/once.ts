import type { AccountConfig, Config } from '../../config/config.ts';
import type { Failure } from '../../errors.ts';
import { pollRound } from '../../scheduler/round.ts';
import type { LineWatch } from '../../source/source.ts';
import { readStatus } from '../../state/status.ts';
import { type AccountOutcome, runAccount } from '../account-run.ts';
import type { Invocation } from '../args.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { confirm } from '../confirm.ts';
import { deliverTarget } from '../deliver-target.ts';
import { type ExitStatus, exitStatus, stoppedBy, worst } from '../exit-status.ts';
import { numbered, numberedPoll } from '../fetchmail-status.ts';
import { HookCaller } from '../hook-caller.ts';
import { writeMetrics } from '../metering.ts';
import { monotonicClock } from '../monotonic-clock.ts';
import { overrides } from '../overrides.ts';
import { type Reporting, reporting } from '../reporters.ts';
import { serverKey } from '../server-key.ts';
import { stateDirectory } from '../state-dir.ts';
import { type Stopping, stopOnSignals } from '../stopping.ts';
import type { World } from '../world.ts';

type OnceInvocation = Extract<Invocation, { command: 'once' }>;

/** Polls the accounts once, several at a time; resolves with the exit status. */
export async function once(invocation: OnceInvocation, world: World): Promise<number> {
  const { global } = invocation;
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  const { config } = loaded;
  const { deliver } = invocation;
  const target = deliver === undefined ? undefined : await deliverTarget(deliver, world.home);
  const change = overrides(invocation, target);
  const accounts = chooseAccounts(config, invocation.accounts).map(change.account);
  if (invocation.again && !invocation.dryRun) await confirmAgain(invocation, accounts, world);
  using reports = await reporting(global, world);
  using stopping = stopOnSignals(world, () => {
    if (!global.quiet && !global.json)
      reports.world.stderr.write(
        'finishing the current message; Ctrl-C again stops at once (nothing is lost either way)\n',
      );
  });
  const hooks = new HookCaller({
    world,
    signal: stopping.now,
    emit: reports.emit,
    config: () => ({ accounts, hooks: config.hooks }),
  });
  const round = new OnceRound({
    invocation,
    config,
    wait: change.wait,
    stopping,
    world: reports.world,
    watched: reports.watched,
    hooks,
  });
  // Not without await: the reports are closed when this function is left.
  return await round.run(accounts);
}

/** Throws a Failure with code `usage` unless somebody wants that. */
async function confirmAgain(
  invocation: OnceInvocation,
  accounts: readonly AccountConfig[],
  world: World,
): Promise<void> {
  const names = accounts.map(({ name }) => name).join(', ');
  await confirm(`Fetch all mail of ${names} again, also what was seen?`, invocation, world);
}

interface RoundParts {
  readonly invocation: OnceInvocation;
  readonly config: Config;
  readonly wait: number;
  readonly stopping: Stopping;
  readonly world: World;
  readonly watched: Reporting['watched'];
  readonly hooks: HookCaller;
}

class OnceRound {
  readonly #parts: RoundParts;
  readonly #stateDir: string;

  constructor(parts: RoundParts) {
    this.#parts = parts;
    const { invocation, config, world } = parts;
    const { stateDir } = invocation.global;
    this.#stateDir = stateDirectory(stateDir, config.stateDir, world.env, world.home);
  }

  async run(accounts: readonly AccountConfig[]): Promise<number> {
    const { invocation, config, world, hooks } = this.#parts;
    const { emit } = hooks;
    const began = performance.now();
    const names = accounts.map(({ name }) => name);
    const isDryRun = invocation.dryRun;
    emit({ type: 'run.start', version: world.version, accounts: names, dryRun: isDryRun });
    const outcomes = await pollRound(
      accounts.map((account) => ({
        host: serverKey(account),
        doubtful: readStatus(this.#stateDir, account.name).failing !== undefined,
        run: (place) => this.#account(account, place),
      })),
      { jobs: invocation.jobs ?? config.jobs, perHost: config.perHost },
      monotonicClock,
    );
    const failed = outcomes.filter((one) => this.#statusOf(one) !== 0);
    const sum = (count: 'new' | 'bytes') =>
      outcomes.reduce((total, { result }) => total + result.counts[count], 0);
    const exitCode = this.#exitCode(outcomes, sum('new'));
    if (!isDryRun) writeMetrics(config, this.#stateDir, world, emit);
    await hooks.ended();
    emit({
      type: 'run.end',
      exitCode,
      accountsOk: outcomes.length - failed.length,
      accountsFailed: failed.map(({ account }) => account),
      new: sum('new'),
      bytes: sum('bytes'),
      durationMs: performance.now() - began,
      dryRun: isDryRun,
    });
    return exitCode;
  }

  #exitCode(outcomes: readonly AccountOutcome[], stored: number): number {
    const signal = this.#parts.stopping.signal();
    const status = worst([
      ...outcomes.map((outcome) => this.#statusOf(outcome)),
      // Though all may have been done by then: whoever waits for the run was told to stop too.
      ...(signal === undefined ? [] : [stoppedBy(signal)]),
    ]);
    const { failOnEmpty, global } = this.#parts.invocation;
    if (status === 0 && stored === 0 && failOnEmpty) return 1;
    const gravest = outcomes.find((outcome) => this.#statusOf(outcome) === status);
    const failure = status === 0 ? undefined : gravest?.result.failure;
    if (this.#parts.invocation.onlyPrune === true)
      return numbered(status, global.exitCodes, failure);
    return numberedPoll(status, global.exitCodes, { new: stored, failure });
  }

  #statusOf({ result: { failure }, failing }: AccountOutcome): ExitStatus {
    const { invocation, config, stopping } = this.#parts;
    if (failure === undefined || quietlySkipped(failure, invocation)) return 0;
    return exitStatus(failure, {
      failedPolls: failing?.count ?? 1,
      alertsAfter: config.alerts.after,
      signal: stopping.signal() ?? 'SIGINT',
    });
  }

  #account(account: AccountConfig, line: LineWatch): Promise<AccountOutcome> {
    const { invocation, config, stopping, world, watched, hooks, wait } = this.#parts;
    return runAccount(account, {
      world,
      emit: hooks.emit,
      stateDir: this.#stateDir,
      config,
      signals: stopping,
      line: watched(account.name, line),
      wait,
      readPrompt: invocation.global.input ? world.readPrompt : undefined,
      dryRun: invocation.dryRun,
      onlyPrune: invocation.onlyPrune ?? false,
      again: invocation.again,
      named: invocation.accounts.includes(account.name),
    });
  }
}

/** Overlap is normal under cron. */
function quietlySkipped(failure: Failure, { global }: OnceInvocation): boolean {
  return failure.code === 'locked' && global.quiet;
}
