import type { Envelope } from './message.ts';

/** Keeps each folded line under 78 columns (RFC 5322 §2.1.1) whatever the configuration says. */
const longestValue = 48;

/**
 * The trace line that goes above a message (RFC 5321 §4.4), LF-terminated, or nothing where none is wanted. Values come
 * from the configuration: nothing in them can end the line or the field.
 */
export function traceLines(envelope: Envelope, localhost: string): Uint8Array {
  if (!envelope.trace) return new Uint8Array(0);
  const { account, host, protocol, receivedAt, user } = envelope;
  const lines = [
    `Received: from ${atom(host)}${user === undefined || isAddress(user) ? '' : ` (login ${atom(user)})`}`,
    `by ${atom(localhost)}`,
    `(popfetch, account ${atom(account)})`,
    `with ${atom(protocol)}${user !== undefined && isAddress(user) ? ` for <${user}>` : ''};`,
    internetDate(receivedAt),
  ];
  return Buffer.from(`${lines.join('\n\t')}\n`, 'latin1');
}

/** Narrower than RFC 5322: what may stand in angle brackets as it is. */
function isAddress(user: string): boolean {
  return user.length <= longestValue && /^[\w.+=-]+@[\w.-]+$/.test(user);
}

/** RFC 5322 §3.3, in UTC. */
function internetDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

function atom(value: string): string {
  return value.slice(0, longestValue).replace(/[^\x21-\x7e]|[(),;:\\"<>]/g, '?') || 'unknown';
}
