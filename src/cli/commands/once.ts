import type { AccountConfig, Config } from '../../config/config.ts';
import { Failure } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import { dryRun } from '../../poll/look.ts';
import { type PollResult, poll } from '../../poll/poll.ts';
import { pollRound } from '../../scheduler/round.ts';
import { type HealthNews, updateHealth } from '../account-health.ts';
import type { Invocation } from '../args.ts';
import { composeAccount } from '../compose.ts';
import { chooseAccounts, load, tellProblem } from '../configuration.ts';
import { type ExitStatus, exitStatus, worst } from '../exit-status.ts';
import { overrides } from '../overrides.ts';
import { reporting } from '../reporters.ts';
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
  const change = overrides(invocation);
  const accounts = chooseAccounts(config, invocation.accounts).map(change.account);
  using reports = await reporting(global, world);
  using stopping = stopOnSignals(world, () => {
    if (!global.quiet && !global.json)
      world.stderr.write(
        'finishing the current message; Ctrl-C again stops at once (nothing is lost either way)\n',
      );
  });
  const round = new OnceRound({
    invocation,
    config,
    wait: change.wait,
    stopping,
    world,
    emit: reports.emit,
  });
  // Not without await: the reports are closed when this function is left.
  return await round.run(accounts);
}

interface RoundParts {
  readonly invocation: OnceInvocation;
  readonly config: Config;
  readonly wait: number;
  readonly stopping: Stopping;
  readonly world: World;
  readonly emit: Emit;
}

interface Outcome {
  readonly account: string;
  readonly result: PollResult;
  readonly status: ExitStatus;
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
    const { invocation, config, world, emit } = this.#parts;
    const began = performance.now();
    const names = accounts.map(({ name }) => name);
    const isDryRun = invocation.dryRun;
    emit({ type: 'run.start', version: world.version, accounts: names, dryRun: isDryRun });
    const outcomes = await pollRound(
      accounts.map((account) => ({
        host: account.host,
        doubtful: false,
        run: () => this.#account(account),
      })),
      { jobs: invocation.jobs ?? config.jobs, perHost: config.perHost },
    );
    const failed = outcomes.filter(({ result }) => result.failure).map(({ account }) => account);
    const sum = (count: 'new' | 'bytes') =>
      outcomes.reduce((total, { result }) => total + result.counts[count], 0);
    const exitCode = this.#exitCode(outcomes, sum('new'));
    emit({
      type: 'run.end',
      exitCode,
      accountsOk: outcomes.length - failed.length,
      accountsFailed: failed,
      new: sum('new'),
      bytes: sum('bytes'),
      durationMs: performance.now() - began,
      dryRun: isDryRun,
    });
    return exitCode;
  }

  #exitCode(outcomes: readonly Outcome[], stored: number): number {
    const status = worst(outcomes.map((outcome) => outcome.status));
    return status === 0 && stored === 0 && this.#parts.invocation.failOnEmpty ? 1 : status;
  }

  /** Never rejects: one account's trouble is its own. */
  async #account(config: AccountConfig): Promise<Outcome> {
    const { invocation, stopping, world, emit } = this.#parts;
    const began = performance.now();
    const { name: account } = config;
    const context = { emit, stop: stopping.stop, signal: stopping.now, now: world.now };
    const parts = composeAccount(config, {
      stateDir: this.#stateDir,
      wait: this.#parts.wait,
      secrets: {
        env: world.env,
        uid: world.uid,
        signal: stopping.now,
        account,
        readPrompt: invocation.global.input ? world.readPrompt : undefined,
      },
      signal: stopping.now,
      now: world.now,
      notice: (name, text) => emit({ type: 'notice', account: name, text }),
    });
    const result = stopping.stop.aborted
      ? notStarted
      : await (invocation.dryRun ? dryRun : poll)(parts, context);
    return this.#finish(account, parts.destinationLabel, result, performance.now() - began);
  }

  async #finish(
    account: string,
    destination: string,
    result: PollResult,
    durationMs: number,
  ): Promise<Outcome> {
    const { invocation, config, stopping, world, emit } = this.#parts;
    const { counts, failure } = result;
    const { failing, announce, unwritable } = invocation.dryRun
      ? nothingNew
      : await updateHealth(this.#stateDir, account, {
          result,
          alerts: config.alerts,
          now: world.now(),
        });
    if (unwritable !== undefined && failure === undefined)
      emit({ type: 'notice', account, text: unwritable.message });
    emit({
      type: 'account.end',
      account,
      destination,
      counts,
      durationMs,
      dryRun: invocation.dryRun,
      ...(failure === undefined ? {} : { failure }),
      ...(failing === undefined ? {} : { failing }),
      ...(announce === undefined ? {} : { announce }),
    });
    if (failure === undefined || quietlySkipped(failure, invocation))
      return { account, result: { counts }, status: 0 };
    const status = exitStatus(failure, {
      failedPolls: failing?.count ?? 1,
      alertsAfter: config.alerts.after,
      signal: stopping.signal() ?? 'SIGINT',
    });
    return { account, result, status };
  }
}

const nothingNew: HealthNews = { failing: undefined, announce: undefined, unwritable: undefined };

/** The signal came before this account's turn. */
const notStarted: PollResult = {
  counts: {
    new: 0,
    bytes: 0,
    deleted: 0,
    skipped: 0,
    wanted: 0,
    onServer: undefined,
    onServerSize: undefined,
  },
  failure: new Failure('interrupted', 'stopped before it was polled'),
};

/** Overlap is normal under cron. */
function quietlySkipped(failure: Failure, { global }: OnceInvocation): boolean {
  return failure.code === 'locked' && global.quiet;
}
