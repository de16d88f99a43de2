import type { ServerFact } from '../source/source.ts';
import { type Finding, ok, warn } from './finding.ts';

const day = 24 * 3_600_000;
/** Days. Authorities that renew by themselves do so earlier. */
const soon = 14;

/** Who the server is by its certificate, and for how long. */
export function certificateFinding(
  { version, certificate }: Extract<ServerFact, { kind: 'tls' }>,
  now: number,
): Finding {
  if (certificate === undefined) return ok('tls', `${version}, no certificate`);
  const { subject, issuer, validFrom, validTo } = certificate;
  const whose = `${version}, certificate of ${subject}${issuer === '' ? '' : ` by ${issuer}`}`;
  const days = Math.floor((validTo - now) / day);
  // Only a pinned one comes so far when it is not valid.
  if (now < validFrom) {
    const fix = 'Set the clock of this computer.';
    return warn('tls', `${whose}, not valid before ${dateOf(validFrom)}`, fix);
  }
  const renew = 'Those who run the server must renew it in time.';
  if (days < 0) return warn('tls', `${whose}, expired on ${dateOf(validTo)}`, renew);
  const left = `${whose}, ${days === 1 ? '1 day' : `${days} days`} left`;
  return days < soon ? warn('tls', left, renew) : ok('tls', left);
}

function dateOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
