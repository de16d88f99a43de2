import type { AccountConfig } from '../config/config.ts';
import { formatDuration } from '../log/format.ts';
import { maildropAt } from '../providers/provider.ts';

/** What a provider demands between two logins, ms: 0 where nothing is known of it. */
export function demandedAt(host: string): number {
  return maildropAt(host)?.leastInterval ?? 0;
}

/** For people, where an account is polled less often than it says; undefined where its provider takes what it says. */
export function paceNotice({
  host,
  every,
}: Pick<AccountConfig, 'host' | 'every'>): string | undefined {
  const least = demandedAt(host);
  if (every >= least) return undefined;
  const [often, wanted] = [formatDuration(least), formatDuration(every)];
  return `polled every ${often}, not every ${wanted}: ${host} allows no more logins`;
}
