import { pop3Rows } from './pop3.ts';
import type { NoPop3Row, Pop3Row } from './row.ts';
import { noPop3Rows } from './without-pop3.ts';

/** What is publicly known of a mail provider's POP3 access, which is over TLS on port 995 at all of them. */
export interface Provider {
  /** As it calls itself: `GMX`. */
  readonly name: string;
  readonly maildrop: ProviderMaildrop;
}

export type ProviderMaildrop =
  | {
      readonly kind: 'pop3';
      readonly host: string;
      /** What of the address is the login name. */
      readonly login: 'address' | 'local-part';
      /** password: of the mailbox; app-password: one made for programs; oauth2: no password at all. */
      readonly auth: 'password' | 'app-password' | 'oauth2';
      /** The least time between two logins, in ms; undefined where nothing is known of one. */
      readonly leastInterval: number | undefined;
      /** What a refused login usually means there, one sentence. */
      readonly refused: string | undefined;
    }
  /** There is none to be had; `why` is one sentence. */
  | { readonly kind: 'none'; readonly why: string };

/** The provider of an e-mail address, by its domain; undefined where nothing is known of it. */
export function providerOfAddress(address: string): Provider | undefined {
  return byDomain.get(address.slice(address.lastIndexOf('@') + 1).toLowerCase());
}

/** The provider that a server belongs to, by its name; undefined where nothing is known of it. */
export function providerOfHost(host: string): Provider | undefined {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  for (let at = 0; at < labels.length - 1; at++) {
    const provider = byServer.get(labels.slice(at).join('.'));
    if (provider !== undefined) return provider;
  }
  return undefined;
}

/** What is known of the maildrops of a server; undefined where that is nothing. */
export function maildropAt(host: string): Extract<ProviderMaildrop, { kind: 'pop3' }> | undefined {
  const maildrop = providerOfHost(host)?.maildrop;
  return maildrop?.kind === 'pop3' ? maildrop : undefined;
}

/** The login name that goes with an address. */
export function loginOf(address: string, { maildrop }: Provider): string {
  const isPart = maildrop.kind === 'pop3' && maildrop.login === 'local-part';
  return isPart ? address.slice(0, address.lastIndexOf('@')) : address;
}

const byDomain = new Map<string, Provider>();
/** By what the name of a server is or ends in. */
const byServer = new Map<string, Provider>();

for (const row of pop3Rows) {
  const provider = withPop3(row);
  for (const domain of words(row.domains)) byDomain.set(domain, provider);
  for (const name of words(`${row.domains} ${row.servers ?? ''} ${row.host}`))
    byServer.set(name, provider);
}
for (const row of noPop3Rows)
  for (const domain of words(row.domains)) byDomain.set(domain, withoutPop3(row));

function withPop3(row: Pop3Row): Provider {
  const { name, host, login = 'address', auth = 'password', leastMinutes, refused } = row;
  const leastInterval = leastMinutes === undefined ? undefined : leastMinutes * 60_000;
  const access = { host, login, auth, leastInterval, refused } as const;
  return { name, maildrop: { kind: 'pop3', ...access } };
}

function withoutPop3({ name, why }: NoPop3Row): Provider {
  return { name, maildrop: { kind: 'none', why } };
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
