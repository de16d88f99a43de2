import type { FailureCode } from '../errors.ts';
import type { Announcement } from '../events.ts';

/** An account whose polls fail. One that is well has none of this. */
export interface Failing {
  /** When the first of these polls failed, ms since 1970. */
  readonly since: number;
  /** Failed polls in a row. */
  readonly count: number;
  readonly code: FailureCode;
  /** How many of the last ones failed with this very code. */
  readonly sameCode: number;
  /** When it was last announced; undefined while it was not. */
  readonly announcedAt: number | undefined;
  /** Codes announced since it began: one that comes and goes is announced once. */
  readonly announced: readonly FailureCode[];
}

/** How a poll ended. */
export type PollOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: FailureCode };

export interface Alerts {
  /** Failed polls in a row before a temporary failure is announced. */
  readonly after: number;
  /** ms between two reminders. */
  readonly remind: number;
}

export interface NextHealth {
  readonly failing: Failing | undefined;
  readonly announce: Announcement | undefined;
}

/**
 * The edges of an account's health, for `--quiet` and hooks: what needs somebody is announced at once, what may pass by
 * itself after some polls, a different failure when it comes, a lasting one as a reminder, recovery if the failure was
 * announced. Pure.
 */
export function nextHealth(
  previous: Failing | undefined,
  outcome: PollOutcome,
  alerts: Alerts,
  now: number,
): NextHealth {
  if (outcome.ok) {
    if (previous?.announcedAt === undefined) return { failing: undefined, announce: undefined };
    const { since, count } = previous;
    return { failing: undefined, announce: { kind: 'recovered', since, count } };
  }
  // The account was not polled at all: that says nothing of its health.
  if (noPoll.has(outcome.code)) return { failing: previous, announce: undefined };
  const failing = failedOnceMore(previous, outcome.code, now);
  const announce = announcement(failing, alerts, now);
  if (announce === undefined) return { failing, announce };
  const announced = failing.announced.includes(failing.code)
    ? failing.announced
    : [...failing.announced, failing.code];
  return { failing: { ...failing, announcedAt: now, announced }, announce };
}

const noPoll: ReadonlySet<FailureCode> = new Set(['locked', 'interrupted', 'auth_paused']);

/** What no later poll will mend by itself. */
const atOnce: ReadonlySet<FailureCode> = new Set([
  'auth',
  'auth_method',
  'config',
  'usage',
  'no_space',
  'no_permission',
  'cannot_create',
  'io_error',
  'tls_verify',
  'deliver_perm',
  'sys_perm',
  'state',
  'internal',
]);

function failedOnceMore(previous: Failing | undefined, code: FailureCode, now: number): Failing {
  if (previous === undefined) {
    return { since: now, count: 1, code, sameCode: 1, announcedAt: undefined, announced: [] };
  }
  const sameCode = previous.code === code ? previous.sameCode + 1 : 1;
  // A clock that was set back must not silence the reminders.
  const announcedAt =
    previous.announcedAt === undefined ? undefined : Math.min(previous.announcedAt, now);
  return { ...previous, code, count: previous.count + 1, sameCode, announcedAt };
}

function announcement(failing: Failing, alerts: Alerts, now: number): Announcement | undefined {
  const { announced, announcedAt, code, count, since } = failing;
  const isDue = atOnce.has(code) || count >= alerts.after;
  if (isDue && !announced.includes(code)) return { kind: 'failed' };
  if (announcedAt !== undefined && now - announcedAt >= alerts.remind) {
    return { kind: 'still-failing', since, count };
  }
  return undefined;
}
