import { findField } from './header.ts';
import type { Envelope } from './message.ts';
import { isPath, longestPath, senderOf } from './sender.ts';

/** The lines that go above the messages of one envelope. */
export interface Trace {
  /** Octets at most. */
  readonly most: number;
  /** LF-terminated, or nothing where none are wanted. `head`: the first octets of the message itself. */
  above(head: Uint8Array): Uint8Array;
}

/**
 * The trace (RFC 5321 §4.4) of what is delivered here. For what a mail server delivers it is `Received:` alone: the others
 * are that server's to add, and it may take a `Delivered-To:` of ours for a mail loop. Nothing in the values can end
 * the line or the field.
 */
export function traceOf(
  envelope: Envelope,
  localhost: string,
  deliveredBy: 'us' | 'mail server' = 'us',
): Trace {
  const { rejected, recipient } = envelope;
  const isTraced = envelope.trace && deliveredBy === 'us';
  const reason = rejected === undefined ? '' : rejectedLine(rejected);
  const received = envelope.trace ? receivedLine(envelope, localhost) : '';
  const own = (isTraced ? addressLine('Delivered-To: ', recipient, '\n') : '') + received;
  const lines = Buffer.from(reason + own, 'latin1');
  if (!isTraced) return { most: lines.length, above: () => lines };
  return {
    most: lines.length + returnPathOctets + longestPath,
    above(head) {
      // The server that the message came from knows better than we do.
      if (findField(head, 'Return-Path') !== undefined) return lines;
      const returnPath = addressLine('Return-Path: <', senderOf(head), '>\n');
      return returnPath === '' ? lines : Buffer.from(reason + returnPath + own, 'latin1');
    },
  };
}

const returnPathOctets = 'Return-Path: <>\n'.length;

/** None where there is no address, or one that is none. */
function addressLine(before: string, address: string | undefined, behind: string): string {
  return address !== undefined && isPath(address) ? before + address + behind : '';
}

/** Keeps each folded line under 78 columns (RFC 5322 §2.1.1) whatever the configuration says. */
const longestValue = 48;

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
