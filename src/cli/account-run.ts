import type { AccountConfig, Config } from '../config/config.ts';
import { Failure } from '../errors.ts';
import type { Emit, FailingSince, PollCounts, PopfetchEvent } from '../events.ts';
import { dryRun } from '../poll/look.ts';
import { type PollResult, poll } from '../poll/poll.ts';
import type { EndSignals } from '../scheduler/deadline.ts';
import type { PollEnd } from '../scheduler/scheduler.ts';
import type { LineWatch } from '../source/source.ts';
import { clockAfter } from '../state/clock-doubt.ts';
import { type LeftOnServer, readStatus } from '../state/status.ts';
import { type HealthNews, type PolledAccount, updateHealth } from './account-health.ts';
import { composeAccount } from './compose.ts';
import { pauseOf } from './pause.ts';
import { namesIn } from './predecessors.ts';
import { settingsDigest } from './settings-digest.ts';
import type { World } from './world.ts';

export interface AccountRun {
  readonly world: World;
  readonly emit: Emit;
  readonly stateDir: string;
  readonly config: Pick<Config, 'accounts' | 'alerts' | 'path'>;
  readonly signals: EndSignals;
  /** ms to wait for another popfetch that holds the account. */
  readonly wait: number;
  readonly readPrompt: World['readPrompt'];
  readonly dryRun: boolean;
  /** Only the retention is wanted: nothing is retrieved. */
  readonly onlyPrune?: boolean;
  /** What was seen is wanted too. */
  readonly again?: boolean;
  /** Somebody asked for this very account: a pause after refused logins does not count. */
  readonly named: boolean;
  /** Hears how the poll waits for its server. */
  readonly line?: LineWatch | undefined;
  /** Told how the poll ended; answers with the ms until the next one, where a scheduler runs. */
  readonly ended?: (end: PollEnd) => number;
}

export interface AccountOutcome {
  readonly account: string;
  readonly result: PollResult;
  readonly failing: FailingSince | undefined;
}

/** One account's poll with what belongs around it: the pause, its health, and the event at its end. Never rejects. */
export async function runAccount(account: AccountConfig, run: AccountRun): Promise<AccountOutcome> {
  const began = performance.now();
  const left = new Left();
  const { failure: reason, ...rest } = await polled(account, run, left);
  const failure = withDeadlineTold(reason, run.signals.stop);
  const result: PollResult = { ...rest, ...(failure && { failure }) };
  return finish(account, run, { result, left, durationMs: performance.now() - began });
}

async function polled(account: AccountConfig, run: AccountRun, left: Left): Promise<PollResult> {
  const { world, stateDir, signals, wait, readPrompt } = run;
  const pause = run.named ? undefined : pauseOf(account, { ...run, now: world.now() });
  if (pause !== undefined) return { counts: noCounts, failure: paused(pause, world.now()) };
  if (signals.stop.aborted) return { counts: noCounts, failure: notStarted() };
  const { env, uid, now } = world;
  const { name } = account;
  const clock = clockAfter(readStatus(stateDir, name), now(), account.every);
  const parts = composeAccount(account, {
    stateDir,
    wait,
    isClockSure: clock.isSure,
    onlyPrune: run.onlyPrune ?? false,
    configured: namesIn(run.config),
    ...(run.again === true && { again: 'fetched' }),
    secrets: { env, uid, signal: signals.now, account: name, readPrompt },
    signal: signals.now,
    stop: signals.stop,
    now,
    notice: (of, text) => run.emit({ type: 'notice', account: of, text }),
  });
  const emit: Emit = (event) => {
    if (event.type === 'message' && event.action === 'skipped') left.add(event);
    run.emit(event);
  };
  const context = { emit, stop: signals.stop, signal: signals.now, now, line: run.line };
  return await (run.dryRun ? dryRun : poll)(parts, context);
}

async function finish(
  config: AccountConfig,
  run: AccountRun,
  { result, left, durationMs }: { result: PollResult; left: Left; durationMs: number },
): Promise<AccountOutcome> {
  const { emit, dryRun: isDryRun } = run;
  const { counts, failure } = result;
  const { name: account } = config;
  const nextPollAt = nextPoll(result, run);
  const polled = { result, left: left.groups(), durationMs, nextPollAt };
  const { failing, announce, unwritable } = await healthAfter(config, run, polled);
  if (unwritable !== undefined && failure === undefined)
    emit({ type: 'notice', account, text: unwritable.message });
  emit({
    type: 'account.end',
    account,
    destination: config.deliver.label,
    counts,
    durationMs,
    dryRun: isDryRun,
    ...(run.onlyPrune === true && { onlyPrune: true }),
    ...(failure && { failure }),
    ...(failing && { failing }),
    ...(announce && { announce }),
    ...(nextPollAt !== undefined && { nextPoll: nextPollAt }),
  });
  return { account, result, failing };
}

/** What was not polled leaves no trace. */
async function healthAfter(
  account: AccountConfig,
  { dryRun: isDryRun, stateDir, config, world }: AccountRun,
  polled: Pick<PolledAccount, 'result' | 'left' | 'durationMs' | 'nextPollAt'>,
): Promise<HealthNews> {
  if (isDryRun) return { failing: undefined, announce: undefined, unwritable: undefined };
  const settings = settingsDigest(account, config.path);
  const { alerts } = config;
  const now = world.now();
  return updateHealth(stateDir, account.name, {
    ...polled,
    alerts,
    now,
    settings,
    every: account.every,
  });
}

function nextPoll({ counts, failure, minimumInterval }: PollResult, run: AccountRun) {
  const wait = run.ended?.({
    code: failure?.code,
    loggedIn: counts.onServer !== undefined,
    atLeast: minimumInterval === undefined ? undefined : minimumInterval * 1000,
  });
  return wait === undefined ? undefined : run.world.now() + wait;
}

function paused({ count, until }: { count: number; until: number }, now: number): Failure {
  const seconds = Math.ceil((until - now) / 1000);
  return new Failure('auth_paused', `login refused ${count} times`, { count, seconds });
}

/** The signal came before this account's turn. */
function notStarted(): Failure {
  return new Failure('interrupted', 'stopped before it was polled');
}

/** A poll that a deadline ended was not stopped by anybody: what it has stored counts, the rest comes next time. */
function withDeadlineTold(failure: Failure | undefined, stop: AbortSignal): Failure | undefined {
  const reason: unknown = stop.reason;
  if (failure?.code !== 'interrupted' || !(reason instanceof Failure)) return failure;
  return reason;
}

const noCounts: PollCounts = {
  new: 0,
  bytes: 0,
  deleted: 0,
  skipped: 0,
  wanted: 0,
  onServer: undefined,
  onServerSize: undefined,
};

/** New messages that stay on the server, by reason: a hundred thousand of them make a line of the status. */
class Left {
  readonly #groups = new Map<string, { count: number; size: number; uids: string[] }>();

  add({ reason = '', uid, size }: Extract<PopfetchEvent, { type: 'message' }>): void {
    const group = this.#groups.get(reason) ?? { count: 0, size: 0, uids: [] };
    this.#groups.set(reason, group);
    group.count++;
    group.size += size;
    if (group.uids.length < mostNamed) group.uids.push(uid);
  }

  groups(): readonly LeftOnServer[] {
    return [...this.#groups].map(([reason, group]) => ({ reason, ...group }));
  }
}

const mostNamed = 20;
