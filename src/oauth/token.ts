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
 * Whether it may be shown to a mail server: for a little while longer it is good by any clock that is not far from ours. A
 * token of tomorrow says that our clock was set back: nobody knows how old it is.
 */
export function isFresh({ obtainedAt, expiresAt }: Token, now: number): boolean {
  if (now < obtainedAt - skew) return false;
  if (expiresAt === undefined) return true;
  const margin = Math.min(skew, (expiresAt - obtainedAt) / 2);
  return now < expiresAt - margin;
}

/** ms that two clocks may differ; time for the login itself is in it. */
const skew = 120_000;
