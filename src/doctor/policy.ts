import type { AccountConfig } from '../config/config.ts';
import { formatDuration } from '../log/format.ts';
import { maildropAt } from '../providers/provider.ts';
import { type Finding, warn } from './finding.ts';
import type { Reached } from './session.ts';

const day = 24 * 3_600_000;

/** Where what the account wants and what its server does go apart. */
export function examinePolicy(
  account: Pick<AccountConfig, 'host' | 'every' | 'keep' | 'tls' | 'insecure'>,
  { loginDelay = 0, expireDays }: Reached,
): readonly Finding[] {
  const interval = Math.max(loginDelay * 1000, maildropAt(account.host)?.leastInterval ?? 0);
  const often = formatDuration(interval);
  const findings: Finding[] = [];
  if (interval > account.every)
    findings.push(
      warn(
        'policy',
        `one login in ${often} is allowed, and every: says ${formatDuration(account.every)}`,
        `Set every: to that or more; "popfetch run" waits ${often} in any case.`,
      ),
    );
  if (expireDays !== undefined && longerThan(account.keep, expireDays)) {
    const when = expireDays === 0 ? 'as soon as they were retrieved' : `after ${expireDays} days`;
    const text = `the server may delete messages ${when} (EXPIRE), whatever keep: says`;
    findings.push(warn('policy', text, 'Do not rely on the copy there.'));
  }
  if (account.tls === 'off' && account.insecure) {
    const text = 'the password crosses the network unencrypted (insecure: true)';
    findings.push(warn('policy', text, 'Set tls: on or starttls where the server offers it.'));
  }
  return findings;
}

function longerThan(keep: AccountConfig['keep'], days: number): boolean {
  return typeof keep === 'boolean' ? keep : keep.for > days * day;
}
