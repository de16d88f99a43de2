import { createHash } from 'node:crypto';
import type { Secret } from '../util/secret.ts';

/**
 * The time stamp of a greeting (RFC 1939 §7), with its angle brackets; undefined where there is none. It must be a
 * message-id (RFC 822 §4.1): what is built to make MD5 collide, and so gives the password away, is not (CVE-2007-1558).
 */
export function timestampIn(greeting: string): string | undefined {
  return /<[\w!#$%&'*+\-/=?^`{|}~.]+@(?:[\w.-]+|\[[\w.:-]+\])>/.exec(greeting)?.[0];
}

/** What APOP sends for a password: lower-case hex (RFC 1939 §7). The server is not proven. */
export function apopDigest(timestamp: string, password: Secret): string {
  return createHash('md5').update(timestamp).update(password.reveal(), 'utf8').digest('hex');
}
