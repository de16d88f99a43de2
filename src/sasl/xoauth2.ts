import type { Secret } from '../util/secret.ts';
import type { SaslExchange } from './mechanism.ts';

/**
 * XOAUTH2 (Google's and Microsoft's): an access token. A refusal comes as a challenge with reasons in JSON; the empty
 * answer to it gets the server to say -ERR.
 */
export function xoauth2(user: string, token: Secret): SaslExchange {
  return {
    mechanism: 'XOAUTH2',
    initial: Buffer.from(`user=${user}\u0001auth=Bearer ${token.reveal()}\u0001\u0001`, 'utf8'),
    // QUIRK: Microsoft refuses an initial response.
    waitsForPrompt: true,
    respond: () => new Uint8Array(),
  };
}
