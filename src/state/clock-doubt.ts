import type { AccountStatus } from './status.ts';

export interface ClockCheck {
  /** Whether a message's age can be believed. */
  readonly isSure: boolean;
  /** What the status is to remember. */
  readonly doubtedAt: number | undefined;
}

/**
 * Whether the time of day can be trusted with deleting what is old. After a gap that is longer than the time between
 * polls explains, or a step back, the clock is in doubt, and sure again when a further poll finds that it went on from
 * there: a jump deletes nothing early, and who polls once a week only waits for one poll more. Pure.
 *
 * @param every ms between two polls.
 */
export function clockAfter(
  { lastPollAt, clockDoubtedAt }: Pick<AccountStatus, 'lastPollAt' | 'clockDoubtedAt'>,
  now: number,
  every: number,
): ClockCheck {
  const doubted = { isSure: false, doubtedAt: now };
  // Nothing to go by, and nothing that a later poll could confirm.
  if (lastPollAt === undefined) return { isSure: false, doubtedAt: undefined };
  // From a step back no later time is confirmed but one shortly after it.
  if (now < lastPollAt - slack) return { isSure: false, doubtedAt: undefined };
  const isExplained = now - lastPollAt <= 2 * every + slack;
  const isConfirmed = clockDoubtedAt !== undefined && now >= clockDoubtedAt;
  return isExplained || isConfirmed ? { isSure: true, doubtedAt: undefined } : doubted;
}

/** Time servers move clocks by as much as this without anybody being surprised. */
const slack = 10 * 60_000;
