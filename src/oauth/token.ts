import type { Secret } from '../util/secret.ts';

/** What a server gave: a token to log in with for a while, and one to get the next with. */
export interface Token {
  readonly access: Secret;
  /** Undefined where the server gives none: then consent is needed each time. */
  readonly refresh: Secret | undefined;
  /** When it came, in ms since 1970. */
  readonly obtainedAt: number;
  /** Likewise, by our own clock; undefined where the server does not say. */
  readonly expiresAt: number | undefined;
}

/**
 * Whether it need not be renewed yet: it is good for a while by any clock that is not far from ours, and where it cannot
 * be renewed at once there is time for another try. A token of tomorrow says that our clock was set back: nobody knows how
 * old it is.
 */
export function isFresh(token: Token, now: number): boolean {
  return lasts(token, now, 300_000);
}

/** Whether a mail server may still take it; there is time for the login itself. */
export function isUsable(token: Token, now: number): boolean {
  return lasts(token, now, 30_000);
}

/** For so many ms longer, or half of its life where that is shorter. */
function lasts({ obtainedAt, expiresAt }: Token, now: number, longer: number): boolean {
  if (now < obtainedAt - skew) return false;
  if (expiresAt === undefined) return true;
  return now < expiresAt - Math.min(longer, (expiresAt - obtainedAt) / 2);
}

/** ms that a clock is set back now and then. */
const skew = 120_000;
