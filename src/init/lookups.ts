import { Resolver } from 'node:dns/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type AuthoritySettings, systemAuthorities } from '../net/authorities.ts';
import { mostOctets } from './autoconfig.ts';
import type { Lookups } from './find-server.ts';
import { httpsText } from './https-text.ts';
import type { SrvRecord } from './srv.ts';

/** ms for one look-up. Most domains have neither; a person is waiting. */
const patience = 5000;

/** The system's name servers, and web servers with a certificate that this computer trusts. */
export function lookupsOutside(
  announce: Lookups['announce'],
  authorities: AuthoritySettings,
  signal: AbortSignal,
): Lookups {
  return {
    announce,
    services: (name) => services(name, signal),
    async page(url) {
      return httpsText({
        url,
        most: mostOctets,
        authorities: await systemAuthorities(authorities),
        signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
        announce,
      });
    },
  };
}

async function services(name: string, signal: AbortSignal): Promise<readonly SrvRecord[]> {
  const resolver = new Resolver({ timeout: patience / 2, tries: 2 });
  const over = new AbortController();
  try {
    const end = AbortSignal.any([signal, over.signal]);
    return await Promise.race([resolver.resolveSrv(name), ended(end)]);
  } catch {
    // No such name, or nobody answers: either way there is nothing to go by.
    return [];
  } finally {
    over.abort();
    resolver.cancel();
  }
}

async function ended(signal: AbortSignal): Promise<readonly SrvRecord[]> {
  await wait(patience, undefined, { signal });
  return [];
}
