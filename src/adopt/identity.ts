import { hash } from 'node:crypto';
import { writtenByServers } from '../mail/fingerprint.ts';
import { findField } from '../mail/header.ts';

/** What a message is recognised by, here and on the server, whichever way it came here. */
export interface Identity {
  /** Of Message-ID, Date, From and Subject; undefined without a Message-ID. */
  readonly name: string | undefined;
  /** Of the header below the lines that are added on the way. */
  readonly core: string;
  /** Of the whole header. */
  readonly whole: string;
  /** Whether another message with this header would be a copy of this one. */
  readonly isTelling: boolean;
  /** Octets of the header with CRLF line ends and the empty line behind it, as it stands. */
  readonly octets: number;
}

/**
 * From a header, with the empty line behind it or without. Line ends do not count, nor what mail servers and readers write
 * into the messages that they keep.
 */
export function identityOf(header: Uint8Array): Identity {
  const { fields, octets } = fieldsOf(header);
  const messageId = findField(header, 'message-id') ?? '';
  const named = [messageId, ...others.map((name) => findField(header, name) ?? '')];
  const kept = fields.filter(({ name }) => !writtenByServers.has(name));
  return {
    name: messageId === '' ? undefined : hashOf(named.map(withoutFolding).join('\n')),
    core: hashOf(textOf(kept.slice(firstOfCore(kept)))),
    whole: hashOf(textOf(kept)),
    isTelling: kept.some(({ name }) => telling.has(name)),
    octets,
  };
}

/**
 * `whole` of each message that this header may be the one of, below lines that were added to it: of all of it, then without
 * the first field, and so on.
 */
export function wholesIn(header: Uint8Array): readonly string[] {
  const kept = fieldsOf(header).fields.filter(({ name }) => !writtenByServers.has(name));
  const most = firstOfCore(kept);
  return Array.from({ length: most + 1 }, (_, added) => hashOf(textOf(kept.slice(added))));
}

const others = ['date', 'from', 'subject'];

const telling: ReadonlySet<string> = new Set(['message-id', 'date', 'received']);

interface Field {
  /** In lower case. */
  readonly name: string;
  /** With the lines that continue it, LF line ends, as latin1. */
  readonly text: string;
}

function fieldsOf(header: Uint8Array): { readonly fields: readonly Field[]; octets: number } {
  const text = Buffer.from(header.buffer, header.byteOffset, header.byteLength).toString('latin1');
  const whole = text.replaceAll('\r\n', '\n').replace(/^\n[\s\S]*|(?<=\n)\n[\s\S]*/, '');
  const fields = whole
    .split(/\n(?![ \t]|$)/)
    .filter((one) => one !== '')
    .map((one) => ({ name: nameOf(one), text: one.replace(/\n$/, '') }));
  const lines = whole.split('\n').length - (whole.endsWith('\n') || whole === '' ? 1 : 0);
  return { fields, octets: whole.replaceAll('\n', '').length + 2 * lines + 2 };
}

function nameOf(field: string): string {
  return /^([!-9;-~]+)[ \t]*:/.exec(field)?.[1]?.toLowerCase() ?? '';
}

/** Those that what a message passes on its way puts above it (RFC 5321 §4.4), and what some fetchers do. */
function firstOfCore(fields: readonly Field[]): number {
  const at = fields.findIndex(({ name }) => !addedOnTheWay.test(name));
  return at === -1 ? fields.length : at;
}

const addedOnTheWay =
  /^(?:x-.*|return-path|received|delivered-to|envelope-to|delivery-date|apparently-to|authentication-results|received-spf|)$/;

function textOf(fields: readonly Field[]): string {
  return fields.map(({ text }) => text).join('\n');
}

function withoutFolding(body: string): string {
  return body.replace(/\s+/g, ' ');
}

/** 128 bits. */
function hashOf(text: string): string {
  return hash('sha256', Buffer.from(text, 'latin1'), 'base64url').slice(0, 22);
}
