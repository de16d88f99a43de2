import * as oauth from 'oauth4webapi';
import { Failure } from '../errors.ts';
import type { Secret } from '../util/secret.ts';
import { refusalOf } from './refusal.ts';
import type { RequestOptions } from './requests.ts';
import type { ServerSettings } from './settings.ts';
import { isPrivate } from './transport.ts';

/** Where an authorization server has what; asked of its issuer unless it is known. Throws a Failure. */
export async function serverOf(
  server: ServerSettings,
  options: RequestOptions,
): Promise<oauth.AuthorizationServer> {
  if (server.kind === 'issuer') return discovered(new URL(server.issuer), options);
  const { issuer, authorization, token, device, revocation } = server;
  return {
    issuer,
    authorization_endpoint: authorization,
    token_endpoint: token,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    ...(device !== undefined && { device_authorization_endpoint: device }),
    ...(revocation !== undefined && { revocation_endpoint: revocation }),
  };
}

/** OpenID Connect's place first, then that of RFC 8414. */
async function discovered(
  issuer: URL,
  options: RequestOptions,
): Promise<oauth.AuthorizationServer> {
  try {
    const first = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oidc' });
    const response =
      first.status === 404
        ? await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' })
        : first;
    return await oauth.processDiscoveryResponse(issuer, response);
  } catch (error) {
    throw refusalOf(error, issuer.host);
  }
}

/** RFC 6749 §2.3.1: every server understands Basic, unless it says otherwise. */
export function authenticationFor(
  {
    token_endpoint_auth_methods_supported: methods = ['client_secret_basic'],
  }: oauth.AuthorizationServer,
  secret: Secret | undefined,
): oauth.ClientAuth {
  if (secret === undefined) return oauth.None();
  return methods.includes('client_secret_basic')
    ? oauth.ClientSecretBasic(secret.reveal())
    : oauth.ClientSecretPost(secret.reveal());
}

/** The page where consent is asked for, as yet without what is asked. */
export function consentPage(server: oauth.AuthorizationServer): URL {
  const { authorization_endpoint: page } = server;
  if (page !== undefined) return new URL(checkedPage(page));
  const host = hostOf(server);
  const reason = 'it has no login by browser';
  throw new Failure('auth_method', `${host}: ${reason}`, { host, reason });
}

/** OpenID Connect Core §11: a server gives offline access only where it asks for the consent anew. */
export function consentExtras(
  server: ServerSettings,
  scope: string,
): Readonly<Record<string, string>> {
  if (server.kind === 'known') return server.extra;
  return scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {};
}

/** A page that a person may be sent to. */
export function checkedPage(page: string): string {
  if (URL.canParse(page) && isPrivate(new URL(page))) return page;
  throw new Failure('secret_unavailable', 'the server names no https page to give consent on', {
    phase: 'auth',
  });
}

/** What to call it in messages. */
export function hostOf({ token_endpoint: endpoint, issuer }: oauth.AuthorizationServer): string {
  return new URL(endpoint ?? issuer).host;
}
