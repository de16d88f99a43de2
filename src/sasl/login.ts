import type { Secret } from '../util/secret.ts';
import { type SaslExchange, senseless } from './mechanism.ts';

/**
 * LOGIN (draft-murchison-sasl-login): login and password, each when asked, in the clear. For encrypted lines only. What
 * the prompts say differs from server to server; their order does not.
 */
export function login(user: string, password: Secret): SaslExchange {
  const answers = [user, password.reveal()].map((answer) => Buffer.from(answer, 'utf8'));
  return {
    mechanism: 'LOGIN',
    initial: undefined,
    respond: () => answers.shift() ?? senseless,
  };
}
