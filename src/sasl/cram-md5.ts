import { createHmac } from 'node:crypto';
import type { Secret } from '../util/secret.ts';
import { type SaslExchange, senseless } from './mechanism.ts';

/** CRAM-MD5 (RFC 2195): the password keys a digest of the server's challenge. The server is not proven. */
export function cramMd5(user: string, password: Secret): SaslExchange {
  let answered = false;
  return {
    mechanism: 'CRAM-MD5',
    initial: undefined,
    respond: (challenge) => {
      // An empty challenge is the same for everybody: its digest could be looked up.
      if (answered || challenge.length === 0) return senseless;
      answered = true;
      const key = Buffer.from(password.reveal(), 'utf8');
      const digest = createHmac('md5', key).update(challenge).digest('hex');
      return Buffer.from(`${user} ${digest}`, 'utf8');
    },
  };
}
