import type { AccountConfig } from '../config/config.ts';
import { asFailure, type Failure, type FailureCode } from '../errors.ts';
import type { Announcement, FailingSince } from '../events.ts';
import type { PollResult } from '../poll/poll.ts';
import { refusalsAfter } from '../scheduler/next-poll.ts';
import { clockAfter } from '../state/clock-doubt.ts';
import { type Alerts, nextHealth, type PollOutcome } from '../state/health.ts';
import { addToHistory } from '../state/history.ts';
import {
  type AccountStatus,
  type FailureCounts,
  type LeftOnServer,
  type RefusedLogins,
  readStatus,
  writeStatus,
} from '../state/status.ts';

export interface HealthNews {
  readonly failing: FailingSince | undefined;
  readonly announce: Announcement | undefined;
  /** The status could not be written; the poll's result stands all the same. */
  readonly unwritable: Failure | undefined;
}

export interface PolledAccount {
  readonly result: PollResult;
  readonly alerts: Alerts;
  readonly now: number;
  readonly durationMs: number;
  /** Digest of the account's settings. */
  readonly settings: string;
  /** ms between two polls. */
  readonly every: number;
  readonly nextPollAt: number | undefined;
  readonly left: readonly LeftOnServer[];
}

/** Brings the account's status and history up to date after a poll, and says what is worth announcing. Never rejects. */
export async function updateHealth(
  stateDir: string,
  account: AccountConfig['name'],
  polled: PolledAccount,
): Promise<HealthNews> {
  const { result, alerts, now, durationMs } = polled;
  const before = readStatus(stateDir, account);
  const { failing, announce } = nextHealth(before.failing, outcomeOf(result), alerts, now);
  const news = { failing, announce, unwritable: undefined };
  // The one who polls it, or who polled it before the pause, has written what there is to say.
  if (result.failure?.code === 'locked' || result.failure?.code === 'auth_paused') return news;
  try {
    await writeStatus(stateDir, account, { ...statusAfter(before, polled), failing });
    const { new: stored, bytes, deleted } = result.counts;
    const code = result.failure?.code;
    const entry = {
      at: now,
      code,
      new: stored,
      bytes,
      deleted,
      durationMs: Math.round(durationMs),
    };
    await addToHistory(stateDir, account, entry);
    return news;
  } catch (thrown) {
    return { ...news, unwritable: asFailure(thrown) };
  }
}

function outcomeOf({ failure }: PollResult): PollOutcome {
  return failure === undefined ? { ok: true } : { ok: false, code: failure.code };
}

function statusAfter(before: AccountStatus, polled: PolledAccount): Omit<AccountStatus, 'failing'> {
  const { result, now, every, nextPollAt, left } = polled;
  const { counts, failure } = result;
  return {
    lastPollAt: now,
    lastSuccessAt: failure === undefined ? now : before.lastSuccessAt,
    delivered: before.delivered + counts.new,
    deliveredBytes: before.deliveredBytes + counts.bytes,
    failures: failuresAfter(before.failures, failure?.code),
    onServer: counts.onServer ?? before.onServer,
    onServerSize: counts.onServerSize ?? before.onServerSize,
    nextPollAt: nextPollAt ?? stillToCome(before.nextPollAt, now),
    lateBy: lateBy(before, polled),
    loginDelay: loginDelayAfter(before, result),
    refused: refusedAfter(before.refused, polled),
    clockDoubtedAt: clockAfter(before, now, every).doubtedAt,
    left: counts.onServer === undefined ? before.left : left,
  };
}

/** A scheduler that runs beside us keeps to what it said. */
function stillToCome(nextPollAt: number | undefined, now: number): number | undefined {
  return nextPollAt !== undefined && nextPollAt > now ? nextPollAt : undefined;
}

/** Being stopped is no failure. */
function failuresAfter(before: FailureCounts, code: FailureCode | undefined): FailureCounts {
  if (code === undefined || code === 'interrupted') return before;
  return { ...before, [code]: (before[code] ?? 0) + 1 };
}

/** Where a scheduler said before when the poll was due. */
function lateBy(
  { nextPollAt: dueAt }: AccountStatus,
  { now, durationMs, nextPollAt }: PolledAccount,
): number | undefined {
  if (dueAt === undefined || nextPollAt === undefined) return undefined;
  return Math.max(Math.round(now - durationMs - dueAt), 0);
}

/** ms. What a server that let us in does not say any longer holds no longer. */
function loginDelayAfter(
  { loginDelay }: AccountStatus,
  { counts, minimumInterval }: PollResult,
): number | undefined {
  if (minimumInterval !== undefined) return minimumInterval * 1000;
  return counts.onServer === undefined ? loginDelay : undefined;
}

function refusedAfter(
  before: RefusedLogins | undefined,
  { result, now, settings }: PolledAccount,
): RefusedLogins | undefined {
  const code = result.failure?.code;
  const earlier = before?.settings === settings ? before.count : 0;
  const loggedIn = result.counts.onServer !== undefined;
  const count = refusalsAfter(earlier, { code, loggedIn });
  if (count === 0) return undefined;
  return { count, at: code === 'auth' ? now : (before?.at ?? now), settings };
}
