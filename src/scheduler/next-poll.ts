import { type FailureCode, failureNatures } from '../errors.ts';

/** How often an account wants to be polled, in ms. */
export interface Pace {
  readonly every: number;
  /** What server or provider demand between two logins: LOGIN-DELAY, or what is known of the provider; 0 for nothing. */
  readonly atLeast: number;
}

/** How an account fared so far. */
export interface Course {
  /** When its last poll ended, on the clock that the result is on. */
  readonly endedAt: number;
  /** Polls in a row that say that it is better to come less often. */
  readonly failures: number;
  /** Refused logins in a row. */
  readonly refusals: number;
}

/**
 * When an account is polled next: an interval after the last poll ended, ±10 % so that accounts do not march in step;
 * after failures twice as long each time, up to an hour; after three refused logins an hour; never sooner than the
 * server allows. Pure, and always a finite time ahead: no back-off lasts until a restart.
 *
 * @param random from 0 up to 1.
 */
export function nextPollAt(
  { every, atLeast }: Pace,
  { endedAt, failures, refusals }: Course,
  random: number,
): number {
  const interval = Math.max(every, isPaused(refusals) ? longestBackOff : backOff(every, failures));
  const spread = 1 - jitter + 2 * jitter * random;
  const least = isPaused(refusals) ? longestBackOff : 0;
  return endedAt + Math.max(interval * spread, least, Math.min(atLeast, mostDemanded));
}

/** Whether so many refused logins in a row mean that the account is polled at most once an hour. */
export function isPaused(refusals: number): boolean {
  return refusals >= mostRefusals;
}

/** A pause after refused logins, and the most that back-off makes of an interval; ms. */
export const longestBackOff = 3_600_000;

/** How many failures in a row there are after a poll that ended so; undefined for success. */
export function failuresAfter(before: number, code: FailureCode | undefined): number {
  if (code === undefined) return 0;
  if (notPolled.has(code)) return before;
  // The server is well and other messages flow: one message's trouble is no reason to come later.
  return failureNatures[code].scope === 'message' ? 0 : before + 1;
}

/** How many logins were refused in a row after a poll that ended so. */
export function refusalsAfter(
  before: number,
  { code, loggedIn }: { readonly code: FailureCode | undefined; readonly loggedIn: boolean },
): number {
  if (code === undefined || loggedIn) return 0;
  return code === 'auth' ? before + 1 : before;
}

const jitter = 0.1;
const mostRefusals = 3;
/** A server that demands more than a day between logins is not believed: its mistake would stick. */
const mostDemanded = 24 * 3_600_000;
/** Others held the account, or nobody asked the server. */
const notPolled: ReadonlySet<FailureCode> = new Set(['locked', 'interrupted', 'auth_paused']);

/** The first failure may have been a hiccup: the next poll comes as usual. */
function backOff(every: number, failures: number): number {
  return Math.min(every * 2 ** Math.max(failures - 1, 0), Math.max(longestBackOff, every));
}
