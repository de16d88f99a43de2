import type { Envelope } from './message.ts';

/** Keeps each folded line under 78 columns (RFC 5322 §2.1.1) whatever the configuration says. */
const longestValue = 48;

/**
 * The lines that go above a message: its trace (RFC 5321 §4.4), LF-terminated, or nothing where none is wanted. Values come
 * from the configuration: nothing in them can end the line or the field.
 */
export function traceLines(envelope: Envelope, localhost: string): Uint8Array {
  const { rejected } = envelope;
  const reason = rejected === undefined ? '' : rejectedLine(rejected);
  const received = envelope.trace ? receivedLine(envelope, localhost) : '';
  return Buffer.from(reason + received, 'latin1');
}

/** Why it is in quarantine. The reason is whatever a command or a server said. */
function rejectedLine(reason: string): string {
  return `X-Popfetch-Rejected: ${reason.replace(/[^\x20-\x7e]/g, '?').slice(0, longestReason)}\n`;
}

/** RFC 5322 §2.1.1 allows 998 octets a line. */
const longestReason = 900;

function receivedLine(envelope: Envelope, localhost: string): string {
  const { account, host, protocol, receivedAt, user } = envelope;
  const lines = [
    `Received: from ${atom(host)}${user === undefined || isAddress(user) ? '' : ` (login ${atom(user)})`}`,
    `by ${atom(localhost)}`,
    `(popfetch, account ${atom(account)})`,
    `with ${atom(protocol)}${user !== undefined && isAddress(user) ? ` for <${user}>` : ''};`,
    internetDate(receivedAt),
  ];
  return `${lines.join('\n\t')}\n`;
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
