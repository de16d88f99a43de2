import { isUtf8 } from 'node:buffer';
import PostalMime, { type Address, type Email } from 'postal-mime';
import { findField } from './header.ts';

/** The beginning of a message, decoded for people. Its texts are as they came: not yet safe for a terminal. */
export interface Preview {
  /** Both empty where the message does not say. */
  readonly from: { readonly name: string; readonly address: string };
  readonly subject: string;
  /** ms since 1970; undefined where there is none that can be read. */
  readonly date: number | undefined;
  /** The first lines of its text, without empty ones. */
  readonly lines: readonly string[];
}

/** No line for people is longer; the rest of it is dropped. */
const longestLine = 2000;

/**
 * Decodes a header and the first lines of a body (TOP): encoded words, charsets, transfer encodings, HTML. The end may
 * be missing anywhere. Never throws: what cannot be parsed is shown as far as it can be read.
 */
export async function preview(octets: Uint8Array, lines: number): Promise<Preview> {
  const message = await parsed(withoutStrayOctets(octets));
  if (message === undefined) return undecoded(octets);
  const { from, subject = '', date } = message;
  return {
    from: sender(from),
    subject,
    date: momentOf(date),
    lines: firstLines(await textOf(message), lines),
  };
}

/** Undefined for what the parser refuses: parts nested too deep, a header beyond all measure. */
async function parsed(octets: Uint8Array): Promise<Email | undefined> {
  try {
    return await PostalMime.parse(octets);
  } catch {
    return undefined;
  }
}

function undecoded(octets: Uint8Array): Preview {
  const address = findField(octets, 'from') ?? '';
  const date = momentOf(findField(octets, 'date'));
  return {
    from: { name: '', address },
    subject: findField(octets, 'subject') ?? '',
    date,
    lines: [],
  };
}

function sender(from: Address | undefined): Preview['from'] {
  if (from === undefined) return { name: '', address: '' };
  const [first = { name: '', address: '' }] = from.group ?? [from];
  return { name: from.name === '' ? first.name : from.name, address: first.address };
}

function momentOf(date: string | undefined): number | undefined {
  const moment = Date.parse(date ?? '');
  return Number.isNaN(moment) ? undefined : moment;
}

async function textOf({ text = '', html = '', attachments }: Email): Promise<string> {
  const plain = text.trim() === '' && html !== '' ? await textOfHtml(html) : text;
  const [attached] = attachments;
  if (plain.trim() !== '' || attached === undefined) return plain;
  const { filename, mimeType } = attached;
  return `[${mimeType}${filename === null ? '' : ` ${filename}`}]`;
}

/** The parser turns HTML into text only where a part of plain text stands beside it: so it is given an empty one. */
async function textOfHtml(html: string): Promise<string> {
  const message = [
    'Content-Type: multipart/mixed; boundary=part',
    '',
    '--part',
    'Content-Type: text/plain',
    '',
    '',
    '--part',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(withoutHidden(html)).toString('base64'),
    '--part--',
  ];
  const converted = await parsed(Buffer.from(message.join('\n')));
  return converted?.text ?? '';
}

/** Leaves out what nobody reads: style sheets, scripts, link targets, and the tag that the end of the text cut. */
function withoutHidden(html: string): string {
  return html
    .replace(/<(style|script|title)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ')
    .replace(/<head\b[\s\S]*?(?:<\/head\s*>|<body\b|$)/gi, (all) =>
      /<body$/i.test(all) ? '<body' : '',
    )
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/<\/?a\b[^>]*>/gi, '')
    .replace(/<[^<>]*$/, '');
}

function firstLines(text: string, most: number): readonly string[] {
  // Where the text was cut inside a character, its first half is nothing to show.
  const whole = text.replace(/\ufffd$/, '');
  const lines: string[] = [];
  for (const line of whole.split(/\r\n|\r|\n/)) {
    if (lines.length >= most) break;
    const shown = line.slice(0, longestLine).replaceAll('\t', ' ').trimEnd();
    if (shown !== '') lines.push(shown);
  }
  return lines;
}

/**
 * Eight-bit octets that no charset is declared for are UTF-8 or, where they are not, Windows-1252: in header fields,
 * and in a message that declares no charset at all.
 */
function withoutStrayOctets(octets: Uint8Array): Uint8Array {
  if (isUtf8(octets)) return octets;
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const end = /\n\r?\n/.exec(bytes.toString('latin1'));
  const bodyAt = end === null ? bytes.length : end.index + 1;
  const declares = /charset/i.test(bytes.toString('latin1'));
  const body = bytes.subarray(bodyAt);
  return Buffer.concat([inUtf8(bytes.subarray(0, bodyAt)), declares ? body : inUtf8(body)]);
}

/** Line by line: fields that different programs wrote are not all in one charset. */
function inUtf8(bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split('\n');
  const converted = lines.map((line) => {
    const octets = Buffer.from(line, 'latin1');
    return isUtf8(octets) ? octets.toString('utf8') : windows1252.decode(octets);
  });
  return Buffer.from(converted.join('\n'), 'utf8');
}

const windows1252 = new TextDecoder('windows-1252');
