import type { Secret } from '../util/secret.ts';
import type { SaslExchange } from './mechanism.ts';
import { saslName } from './saslname.ts';

const separator = '\u0001';

/**
 * OAUTHBEARER (RFC 7628): an access token, bound to the host it is meant for. A refusal comes as a challenge with
 * reasons in JSON; the lone separator as answer to it (§3.2.3) gets the server to say -ERR.
 */
export function oauthBearer(
  user: string,
  token: Secret,
  server: { readonly host: string; readonly port: number },
): SaslExchange {
  const parts = [
    `n,a=${saslName(user)},`,
    `host=${server.host}`,
    `port=${server.port}`,
    `auth=Bearer ${token.reveal()}`,
  ];
  return {
    mechanism: 'OAUTHBEARER',
    initial: Buffer.from(parts.map((part) => part + separator).join('') + separator, 'utf8'),
    waitsForPrompt: true,
    respond: () => Buffer.from(separator),
  };
}
