import type { PollPolicy } from './plan.ts';

/** How one session of a poll ended. */
export interface Ended {
  /** Messages stored, and deletions confirmed. */
  readonly delivered: number;
  readonly deleted: number;
  /** Messages in the listing. */
  readonly listed: number;
  /** A message broke it. */
  readonly wasTorn: boolean;
  readonly hasFailed: boolean;
  /** More is new than the account's limit allows. */
  readonly isLimited: boolean;
  /** What is retrieved leaves the listing (EXPIRE 0). */
  readonly retrievalRemoves: boolean;
  /** Seconds that the server wants between logins. */
  readonly loginDelay: number | undefined;
}

/** Nobody's backlog is larger; a server that never ends must not keep us for ever. */
const mostSessions = 400;
/** Messages that may break sessions in one run. */
const mostTorn = 5;
/** Servers that list a part of the maildrop list 250 messages, or another round number that somebody chose. */
const isWindowful = (listed: number): boolean => listed >= 100 && listed % 50 === 0;

/**
 * Whether the poll logs in once more: behind a message that broke the session, and where the server lists a part of the
 * maildrop only and this part is done with. Never where it wants time between two logins. Pure.
 */
export function wantsAnotherSession(ended: Ended, sessions: number, torn: number): boolean {
  const {
    delivered,
    deleted,
    listed,
    wasTorn,
    hasFailed,
    isLimited,
    retrievalRemoves,
    loginDelay,
  } = ended;
  if ((loginDelay ?? 0) > 0 || sessions >= mostSessions) return false;
  if (wasTorn) return torn <= mostTorn;
  if (hasFailed || isLimited || delivered === 0) return false;
  return retrievalRemoves || (deleted === listed && isWindowful(listed));
}

/** What the limits leave to the run's further sessions. */
export function policyLeft(
  policy: PollPolicy,
  stored: { readonly new: number; readonly bytes: number },
): PollPolicy {
  const { limit, maxBytes } = policy;
  const octets = maxBytes === undefined ? undefined : maxBytes - stored.bytes;
  // Nothing is left: not even the one message that is taken whatever its size.
  const isSpent = octets !== undefined && octets <= 0;
  const left = limit === undefined ? undefined : Math.max(limit - stored.new, 0);
  return { ...policy, limit: isSpent ? 0 : left, maxBytes: octets };
}
