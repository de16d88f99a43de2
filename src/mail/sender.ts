import { findField } from './header.ts';

/**
 * The envelope sender as far as these first octets of a message tell: the address in Return-Path, else Sender, else
 * From. Empty where there is none, and where Return-Path says so (`<>`: a bounce). It is the octets as they stand, as
 * latin1, without line ends: whoever puts it somewhere says what must not be in it.
 */
export function senderOf(head: Uint8Array): string {
  for (const name of ['Return-Path', 'Sender', 'From']) {
    const body = findField(head, name);
    if (body !== undefined && body !== '') return firstAddress(body);
  }
  return '';
}

/** Octets: RFC 5321 §4.5.3.1.3, the brackets not counted. */
export const longestPath = 254;

/** Whether an address can stand in angle brackets as it is, as in RFC 5321 §4.1.2. */
export function isPath(address: string): boolean {
  return address.length <= longestPath && /^[\x21-\x3b\x3d\x3f-\x7e]+$/.test(address);
}

/** What stands in the first angle brackets, else the first word; names in quotes and comments are passed over. */
function firstAddress(body: string): string {
  const bare = withoutNames(body);
  const inBrackets = /<([^<>]*)>/.exec(bare)?.[1];
  if (inBrackets !== undefined) return inBrackets.replace(/^@[^:]*:/, '').trim();
  return /[^\s,;]+/.exec(bare)?.[0] ?? '';
}

/** Without comments and, outside angle brackets, quoted strings (RFC 5322 §3.2): `"a, <b>" (c) <d@e>` is ` <d@e>`. */
function withoutNames(body: string): string {
  let bare = '';
  let comments = 0;
  let quote: 'no' | 'dropped' | 'kept' = 'no';
  for (let at = 0; at < body.length; at++) {
    const octet = body[at] ?? '';
    const isPair = octet === '\\' && (quote !== 'no' || comments > 0);
    const piece = isPair ? body.slice(at, at + 2) : octet;
    if (isPair) at += 1;
    if (quote !== 'no') {
      if (quote === 'kept') bare += piece;
      if (octet === '"') quote = 'no';
    } else if (octet === '(') comments += 1;
    else if (octet === ')' && comments > 0) comments -= 1;
    else if (comments > 0) continue;
    else if (octet === '"') {
      quote = isPartOfAddress(body, at, bare) ? 'kept' : 'dropped';
      if (quote === 'kept') bare += octet;
    } else bare += octet;
  }
  return bare;
}

/** `<"a b"@c>` and `"a b"@c` are addresses, `"a b" <c@d>` begins with a name. */
function isPartOfAddress(body: string, at: number, before: string): boolean {
  if (/<[^>]*$/.test(before)) return true;
  const end = /^"(?:[^"\\]|\\.)*"/.exec(body.slice(at))?.[0].length;
  return end !== undefined && body[at + end] === '@';
}
