import pLimit from 'p-limit';

export interface RoundAccount<Outcome> {
  /** Host whose session limit it counts against. */
  readonly host: string;
  /** Never rejects. */
  readonly run: () => Promise<Outcome>;
}

/**
 * Polls every account once, so many at a time, and so many at a time of one host. An account waiting for its host
 * holds no place that another could use.
 */
export async function pollRound<Outcome>(
  accounts: readonly RoundAccount<Outcome>[],
  limits: { readonly jobs: number; readonly perHost: number },
): Promise<readonly Outcome[]> {
  const anyJob = pLimit(limits.jobs);
  const hostLimits = new Map<string, ReturnType<typeof pLimit>>();
  const limitOf = (host: string) => {
    const limit = hostLimits.get(host) ?? pLimit(limits.perHost);
    hostLimits.set(host, limit);
    return limit;
  };
  return Promise.all(accounts.map(({ host, run }) => limitOf(host)(() => anyJob(run))));
}
