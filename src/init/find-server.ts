import { domainToASCII } from 'node:url';
import { Failure } from '../errors.ts';
import { loginOf, type Provider, providerOfAddress } from '../providers/provider.ts';
import { describedServer } from './autoconfig.ts';
import { bestOf, isWithin, type SrvRecord } from './srv.ts';

/** Where an address's mail is fetched from, and who says so. */
export interface FoundServer {
  readonly host: string;
  readonly port: number;
  readonly tls: 'on' | 'starttls';
  readonly user: string;
  /** `GMX`, `the DNS`, the address of a file. */
  readonly origin: string;
  /** Set where popfetch knows it by itself: the configuration need not say it. */
  readonly provider?: Provider;
  /** Somebody has to agree: the DNS leads out of the address's domain, and it can be forged. */
  readonly isForeign?: true;
}

/** The world outside, as far as a server is looked for there. */
export interface Lookups {
  /** Records of a name, none where there are none or nobody answers in time. */
  readonly services: (name: string) => Promise<readonly SrvRecord[]>;
  /** A page over https with its certificate checked; undefined where there is none. */
  readonly page: (url: string) => Promise<string | undefined>;
  /** Told of each look-up before it is made: it shows others whose mail is set up here. */
  readonly announce: (what: string) => void;
}

/**
 * Looks in the list of known providers, then in the DNS (RFC 6186), then for the autoconfiguration file of the domain
 * itself. Nobody else is asked. Throws a Failure with code `config` where the provider has no POP3.
 */
export async function findServer(
  email: string,
  lookups: Lookups,
): Promise<FoundServer | undefined> {
  const provider = providerOfAddress(email);
  if (provider !== undefined) return known(email, provider);
  const domain = domainToASCII(email.slice(email.lastIndexOf('@') + 1));
  if (!domain.includes('.') || isReserved(domain)) return undefined;
  return (await inDns(email, domain, lookups)) ?? (await inAutoconfig(email, domain, lookups));
}

/** Names that nobody can have on the Internet (RFC 6761, RFC 6762, RFC 7686). */
function isReserved(domain: string): boolean {
  return /\.(?:test|invalid|localhost|example|local|onion)\.?$/.test(domain);
}

function known(email: string, provider: Provider): FoundServer {
  const { name, maildrop } = provider;
  if (maildrop.kind === 'none')
    throw new Failure('config', `${name} has no POP3`, { hint: maildrop.why });
  const user = loginOf(email, provider);
  return { host: maildrop.host, port: 995, tls: 'on', user, origin: name, provider };
}

/** With TLS from the first octet, else with STARTTLS: a record says nothing of a line without. */
const services = [
  ['_pop3s._tcp', 'on'],
  ['_pop3._tcp', 'starttls'],
] as const;

async function inDns(
  email: string,
  domain: string,
  { services: ask, announce }: Lookups,
): Promise<FoundServer | undefined> {
  for (const [service, tls] of services) {
    const name = `${service}.${domain}`;
    announce(`the DNS for ${name}`);
    const best = bestOf(await ask(name));
    if (best === undefined) continue;
    const host = best.name.replace(/\.$/, '');
    const found = { host, port: best.port, tls, user: email, origin: 'the DNS' };
    return isWithin(host, domain) ? found : { ...found, isForeign: true };
  }
  return undefined;
}

async function inAutoconfig(
  email: string,
  domain: string,
  { page, announce }: Lookups,
): Promise<FoundServer | undefined> {
  const urls = [
    `https://autoconfig.${domain}/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(email)}`,
    `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
  ];
  for (const url of urls) {
    announce(url);
    const text = await page(url);
    const found = text === undefined ? undefined : describedServer(text, email);
    if (found !== undefined) return { ...found, origin: new URL(url).host };
  }
  return undefined;
}
