import { asFailure, type Failure } from '../errors.ts';
import type { Announcement, FailingSince } from '../events.ts';
import type { PollResult } from '../poll/poll.ts';
import { type Alerts, nextHealth, type PollOutcome } from '../state/health.ts';
import { type AccountStatus, readStatus, writeStatus } from '../state/status.ts';

export interface HealthNews {
  readonly failing: FailingSince | undefined;
  readonly announce: Announcement | undefined;
  /** The status could not be written; the poll's result stands all the same. */
  readonly unwritable: Failure | undefined;
}

/** Brings the account's status up to date after a poll, and says what is worth announcing. Never rejects. */
export async function updateHealth(
  stateDir: string,
  account: string,
  { result, alerts, now }: { result: PollResult; alerts: Alerts; now: number },
): Promise<HealthNews> {
  const before = readStatus(stateDir, account);
  const { failing, announce } = nextHealth(before.failing, outcomeOf(result), alerts, now);
  if (result.failure?.code === 'locked') return { failing, announce, unwritable: undefined };
  try {
    await writeStatus(stateDir, account, { ...statusAfter(before, result, now), failing });
    return { failing, announce, unwritable: undefined };
  } catch (thrown) {
    return { failing, announce, unwritable: asFailure(thrown) };
  }
}

function outcomeOf({ failure }: PollResult): PollOutcome {
  return failure === undefined ? { ok: true } : { ok: false, code: failure.code };
}

function statusAfter(
  before: AccountStatus,
  { counts, failure }: PollResult,
  now: number,
): Omit<AccountStatus, 'failing'> {
  return {
    lastPollAt: now,
    lastSuccessAt: failure === undefined ? now : before.lastSuccessAt,
    delivered: before.delivered + counts.new,
    onServer: counts.onServer ?? before.onServer,
    onServerSize: counts.onServerSize ?? before.onServerSize,
  };
}
