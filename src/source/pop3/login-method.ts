import { Failure, type FailureFacts } from '../../errors.ts';
import type { ChannelBinding } from '../../sasl/scram.ts';
import type { AuthMethod } from './settings.ts';
import type { Capabilities } from './wire/capabilities.ts';

/** What there is to choose from. */
export interface Offer {
  readonly capabilities: Capabilities;
  /** Time stamp of the greeting, for APOP. */
  readonly timestamp: string | undefined;
  /** Of the TLS session, for SCRAM. */
  readonly binding: BoundChannel | undefined;
}

export type BoundChannel = Exclude<ChannelBinding, string>;

/** How the login is done: as the user may name it, or that bound to the TLS session. */
export type LoginMethod = AuthMethod | 'scram-sha-256-plus' | 'scram-sha-1-plus';

/**
 * Who can read the line: nobody (TLS), nobody but this computer (loopback), or anybody; the last only where the user
 * allowed passwords on it.
 */
export type Privacy = 'encrypted' | 'local' | 'open';

/** Strongest first. */
const inPrivate: readonly LoginMethod[] = [
  'scram-sha-256-plus',
  'scram-sha-1-plus',
  'scram-sha-256',
  'scram-sha-1',
  'plain',
  'login',
  'user',
];

/** Servers show a time stamp, or list CRAM-MD5, without having the secret that these need: last where they may be. */
const digests: readonly LoginMethod[] = ['cram-md5', 'apop'];

/** With an access token. XOAUTH2 is what the large providers document, and some know nothing else. */
const byToken: readonly LoginMethod[] = ['xoauth2', 'oauthbearer'];

const orders: Readonly<Record<Privacy, readonly LoginMethod[]>> = {
  encrypted: inPrivate,
  local: [...inPrivate, ...digests],
  open: ['scram-sha-256', 'scram-sha-1', ...digests, 'plain', 'login', 'user'],
};

/**
 * How to log in: as the user says, or in the best way that is offered. Nothing weaker ever takes the place of what
 * was said. Throws `auth_method` where there is nothing suitable.
 */
export function chooseMethod(
  wanted: AuthMethod | 'auto' | 'token',
  offer: Offer,
  login: { readonly privacy: Privacy; readonly isAscii: boolean },
  facts: FailureFacts,
): LoginMethod {
  const acceptable = wanted === 'auto' ? orders[login.privacy] : waysOf(wanted);
  const offered = acceptable.filter((method) => isOffered(method, offer, wanted));
  // RFC 6856 §2.2: outside SASL characters beyond ASCII are for servers that say so. Who names a method knows.
  const fits = (method: LoginMethod): boolean =>
    wanted !== 'auto' || login.isAscii || !isBare(method) || takesUtf8(offer);
  const chosen = offered.find(fits);
  if (chosen !== undefined) return chosen;
  throw offered.length > 0 ? beyondAscii(facts) : nothingSuitable(wanted, acceptable, offer, facts);
}

/** As the server spells it. */
export function nameOfMethod(method: LoginMethod): string {
  return method === 'user' ? 'USER/PASS' : method.toUpperCase();
}

/** For SCRAM that is not bound: whether the server has to be told that it could be (RFC 5802 §6). */
export function unbound({ capabilities, binding }: Offer): ChannelBinding {
  const isOffered = capabilities.mechanisms.some((name) => /^SCRAM-.*-PLUS$/.test(name));
  return binding === undefined || isOffered ? 'not to be had' : 'not offered';
}

/** Who names SCRAM gets it bound where that can be. */
function waysOf(wanted: AuthMethod | 'token'): readonly LoginMethod[] {
  if (wanted === 'token') return byToken;
  if (wanted === 'scram-sha-256' || wanted === 'scram-sha-1') return [`${wanted}-plus`, wanted];
  return [wanted];
}

function isOffered(
  method: LoginMethod,
  offer: Offer,
  wanted: AuthMethod | 'auto' | 'token',
): boolean {
  const { capabilities, timestamp, binding } = offer;
  if (isBound(method) && binding === undefined) return false;
  if (method === 'apop') return timestamp !== undefined;
  // RFC 1939 knows no capabilities: a server that lists no other way is taken to have this one.
  if (method === 'user')
    return wanted === method || capabilities.has('USER') || capabilities.mechanisms.length === 0;
  // Without CAPA a mechanism is found out by trying it (RFC 1734), which only who named one may.
  if (capabilities.unknown)
    return wanted === method || (wanted === 'token' && method === 'xoauth2');
  return capabilities.mechanisms.includes(method.toUpperCase());
}

function isBound(method: LoginMethod): boolean {
  return method.endsWith('-plus');
}

function isBare(method: LoginMethod): boolean {
  return method === 'user' || method === 'apop';
}

function takesUtf8({ capabilities }: Offer): boolean {
  return (capabilities.argumentsOf('UTF8') ?? []).some((word) => word.toUpperCase() === 'USER');
}

function beyondAscii(facts: FailureFacts): Failure {
  const reason = 'login or password has characters beyond ASCII, which it does not say it takes';
  const hint = 'If it does take them, set auth: user.';
  return new Failure('auth_method', reason, { ...facts, reason, hint });
}

function nothingSuitable(
  wanted: AuthMethod | 'auto' | 'token',
  acceptable: readonly LoginMethod[],
  { capabilities, timestamp }: Offer,
  facts: FailureFacts,
): Failure {
  const offered = [
    ...capabilities.mechanisms.slice(0, 20),
    ...(capabilities.has('USER') ? ['USER/PASS'] : []),
    ...(timestamp === undefined ? [] : ['APOP']),
  ];
  const wantedNames = acceptable.filter((method) => !isBound(method)).map(nameOfMethod);
  const tokens = offered.filter((name) => name === 'XOAUTH2' || name === 'OAUTHBEARER');
  const reason = `it offers ${listed(offered, 'and') || 'nothing'}, wanted is ${listed(wantedNames, 'or')}`;
  const hint =
    wanted === 'auto' && tokens[0] !== undefined
      ? `For an access token as password set auth: ${tokens[0].toLowerCase()}.`
      : undefined;
  return new Failure('auth_method', reason, { ...facts, reason, ...(hint && { hint }) });
}

function listed(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
