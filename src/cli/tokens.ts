import type { AccountConfig, OAuthSettings } from '../config/config.ts';
import { resolveSecret, type SecretContext } from '../config/secret.ts';
import type { OAuthClient } from '../oauth/client.ts';
import type { ServerSettings } from '../oauth/settings.ts';
import { TokenFile } from '../oauth/token-file.ts';
import { Tokens } from '../oauth/tokens.ts';
import { loopbackRedirect, oauthProvider } from '../providers/oauth.ts';

export interface TokenSurroundings {
  readonly stateDir: string;
  readonly secrets: SecretContext;
  readonly signal: AbortSignal;
  /** ms since 1970. */
  readonly now: () => number;
}

/** An account's access tokens, on file and at their server. */
export function tokensOf(
  account: AccountConfig,
  oauth: OAuthSettings,
  around: TokenSurroundings,
): Tokens {
  const { stateDir, now, signal } = around;
  const { clientId, scope } = oauth;
  const { issuer } = serverSettings(oauth);
  const owner = { issuer, clientId, scope };
  return new Tokens({
    account: account.name,
    file: new TokenFile({ stateDir, account: account.name, owner, now, signal }),
    client: (until) => oauthClient(account, oauth, { ...around, signal: until }),
    now,
    signal,
  });
}

/** Loads the library: who has a fresh token does not come here. */
export async function oauthClient(
  { timeout, proxy, bind }: AccountConfig,
  oauth: OAuthSettings,
  { secrets, now, signal }: TokenSurroundings,
): Promise<OAuthClient> {
  const { clientId, clientSecret, scope } = oauth;
  const { SSL_CERT_FILE: systemBundle, NODE_EXTRA_CA_CERTS: extra } = secrets.env;
  const { OAuthClient } = await import('../oauth/client.ts');
  return OAuthClient.open({
    settings: {
      server: serverSettings(oauth),
      clientId,
      clientSecret: clientSecret && (() => resolveSecret(clientSecret, secrets)),
      scope,
    },
    way: {
      timeout,
      proxy,
      bind,
      // The account's own settings for TLS are about its mail server.
      security: { ca: undefined, fingerprint: undefined, authorities: { systemBundle, extra } },
    },
    now,
    signal,
  });
}

/** The address to which a browser comes back. */
export function redirectOf({ server }: OAuthSettings): string {
  return server.kind === 'issuer'
    ? loopbackRedirect
    : oauthProvider(server.name, server.tenant).redirect;
}

function serverSettings({ server }: OAuthSettings): ServerSettings {
  if (server.kind === 'issuer') return { kind: 'issuer', issuer: server.url };
  return { kind: 'known', ...oauthProvider(server.name, server.tenant) };
}
