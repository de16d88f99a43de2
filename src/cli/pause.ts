import type { AccountConfig, Config } from '../config/config.ts';
import { isPaused, longestBackOff } from '../scheduler/next-poll.ts';
import { readStatus } from '../state/status.ts';
import { settingsDigest } from './settings-digest.ts';

export interface Pause {
  /** Refused logins in a row. */
  readonly count: number;
  /** ms since 1970. */
  readonly until: number;
}

/** The pause that refused logins have brought an account; undefined where it may be polled at `now`, ms since 1970. */
export function pauseOf(
  account: AccountConfig,
  {
    stateDir,
    config,
    now,
  }: { readonly stateDir: string; readonly config: Pick<Config, 'path'>; readonly now: number },
): Pause | undefined {
  const { refused } = readStatus(stateDir, account.name);
  if (refused === undefined || !isPaused(refused.count)) return undefined;
  const until = refused.at + longestBackOff;
  // Before the refusal: the clock was set back, and a pause of unknown length would be the worse guess.
  if (now < refused.at || now >= until) return undefined;
  if (refused.settings !== settingsDigest(account, config.path)) return undefined;
  return { count: refused.count, until };
}
