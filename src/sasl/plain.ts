import type { Secret } from '../util/secret.ts';
import { type SaslExchange, senseless } from './mechanism.ts';

/** PLAIN (RFC 4616): login and password, in the clear. For encrypted lines only. No challenge is ever answered. */
export function plain(user: string, password: Secret): SaslExchange {
  return {
    mechanism: 'PLAIN',
    initial: Buffer.from(`\0${user}\0${password.reveal()}`, 'utf8'),
    respond: () => senseless,
  };
}
