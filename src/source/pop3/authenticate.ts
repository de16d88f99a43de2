import { Failure } from '../../errors.ts';
import { apopDigest } from '../../sasl/apop.ts';
import { cramMd5 } from '../../sasl/cram-md5.ts';
import { external } from '../../sasl/external.ts';
import { login } from '../../sasl/login.ts';
import type { SaslExchange } from '../../sasl/mechanism.ts';
import { oauthBearer } from '../../sasl/oauthbearer.ts';
import { plain } from '../../sasl/plain.ts';
import { scram } from '../../sasl/scram.ts';
import { xoauth2 } from '../../sasl/xoauth2.ts';
import type { Secret } from '../../util/secret.ts';
import { authenticateSasl } from './authenticate-sasl.ts';
import type { Dialogue } from './dialogue.ts';
import {
  chooseMethod,
  type LoginMethod,
  nameOfMethod,
  type Offer,
  type Privacy,
  unbound,
} from './login-method.ts';
import type { AuthMethod } from './settings.ts';
import { apop, type Command, pass, user } from './wire/commands.ts';

export interface Login {
  readonly user: string;
  /** The password, or the access token. */
  readonly password: Secret;
  readonly auth: AuthMethod | 'auto' | 'token';
  readonly privacy: Privacy;
  /** What the server is called by the user. */
  readonly server: { readonly host: string; readonly port: number };
}

/**
 * Logs in, in one way. Each command waits for its reply: real servers drop what comes behind a login in the same
 * segment. After a refusal nothing else is tried; a second wrong try may lock the account. Resolves with the way's name.
 */
export async function authenticate(dialogue: Dialogue, offer: Offer, who: Login): Promise<string> {
  dialogue.phase = 'auth';
  conceal(dialogue, who);
  // Made first for what they refuse: a login that would be a second command. Then no part of it is sent.
  const commands = [user(who.user), pass(who.password.reveal())] as const;
  const { privacy } = who;
  const isAscii = /^[\x20-\x7e]*$/.test(who.user + who.password.reveal());
  const method = chooseMethod(who.auth, offer, { privacy, isAscii }, dialogue.facts());
  try {
    if (method === 'user') await askAll(dialogue, commands);
    else if (method === 'apop') await askAll(dialogue, [apopFor(dialogue, offer, who)]);
    else {
      const takesInitial = !offer.capabilities.unknown;
      await authenticateSasl(dialogue, exchangeFor(method, who, offer), takesInitial);
    }
    return nameOfMethod(method);
  } catch (error) {
    throw withHint(error, method, who, offer);
  }
}

async function askAll(dialogue: Dialogue, commands: readonly Command[]): Promise<void> {
  for (const command of commands) {
    const reply = await dialogue.ask(command);
    if (reply.status !== 'ok') throw dialogue.refusal(reply, 'auth');
  }
}

function apopFor(dialogue: Dialogue, { timestamp }: Offer, who: Login): Command {
  if (timestamp === undefined) throw new Error('APOP without a time stamp');
  const digest = apopDigest(timestamp, who.password);
  dialogue.conceal(digest);
  return apop(who.user, digest);
}

function exchangeFor(
  method: Exclude<LoginMethod, 'user' | 'apop'>,
  { user, password, server }: Login,
  offer: Offer,
): SaslExchange {
  const { binding = unbound(offer) } = offer;
  switch (method) {
    case 'plain':
      return plain(user, password);
    case 'login':
      return login(user, password);
    case 'cram-md5':
      return cramMd5(user, password);
    case 'scram-sha-1':
      return scram('sha1', user, password, unbound(offer));
    case 'scram-sha-1-plus':
      return scram('sha1', user, password, binding);
    case 'scram-sha-256':
      return scram('sha256', user, password, unbound(offer));
    case 'scram-sha-256-plus':
      return scram('sha256', user, password, binding);
    case 'xoauth2':
      return xoauth2(user, password);
    case 'oauthbearer':
      return oauthBearer(user, password, server);
    case 'external':
      return external(user);
    default:
      return method satisfies never;
  }
}

/** What may help where the way to log in is to blame rather than the password. */
function withHint(error: unknown, method: LoginMethod, who: Login, offer: Offer): unknown {
  if (!(error instanceof Failure) || error.code !== 'auth') return error;
  const { code, message, facts, cause } = error;
  const hint = hintFor(method, who, offer);
  return hint === undefined ? error : new Failure(code, message, { ...facts, hint }, cause);
}

function hintFor(
  method: LoginMethod,
  { auth }: Login,
  { capabilities }: Offer,
): string | undefined {
  if (method === 'scram-sha-256-plus' || method === 'scram-sha-1-plus')
    return `It was tried with ${nameOfMethod(method)}; if the password is right and nobody sits in between, set auth: plain.`;
  if (method === 'xoauth2' || method === 'oauthbearer')
    return 'The access token was not accepted: it may be out of date, or for something else than POP3.';
  if (auth === method && capabilities.unknown && method !== 'user' && method !== 'apop')
    return `The server does not say whether it knows ${nameOfMethod(method)}.`;
  if (auth === 'auto' && (method === 'cram-md5' || method === 'apop'))
    return `It was tried with ${nameOfMethod(method)}, which many servers offer without its secret; set auth to choose.`;
  return undefined;
}

function conceal(dialogue: Dialogue, { user, password }: Login): void {
  const secret = password.reveal();
  dialogue.conceal(secret);
  dialogue.conceal(Buffer.from(secret, 'utf8').toString('latin1'));
  dialogue.conceal(Buffer.from(secret, 'utf8').toString('base64'));
  dialogue.conceal(Buffer.from(`\0${user}\0${secret}`, 'utf8').toString('base64'));
}
