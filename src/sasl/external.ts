import { type SaslExchange, senseless } from './mechanism.ts';

/** EXTERNAL (RFC 4422 appendix A): who we are was shown by the client certificate; this names the maildrop. */
export function external(user: string): SaslExchange {
  return {
    mechanism: 'EXTERNAL',
    initial: Buffer.from(user, 'utf8'),
    respond: () => senseless,
  };
}
