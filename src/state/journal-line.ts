import type { Fingerprint } from '../mail/fingerprint.ts';
import type { Intent } from '../mail/intent.ts';
import { crc32, crc32OfText } from './crc32.ts';

/**
 * The journal's text form. A line is `CHECKSUM KIND FIELD…`: the CRC-32 (8 hex digits) of what follows it, fields apart
 * by one blank. Lines written together are preceded by `batch OCTETS`, so that a write that a power cut tore is told
 * from damage. Times are ms since 1970.
 */
export type JournalRecord =
  /** Promised: it may become visible from now on. */
  | { readonly kind: 'intent'; readonly uid: string; readonly intent: Intent; readonly at: number }
  | { readonly kind: 'done'; readonly uid: string; readonly at: number }
  | { readonly kind: 'withdrawn'; readonly uid: string }
  /** Known without having been stored: never a reason to delete it. */
  | { readonly kind: 'marked'; readonly uid: string; readonly at: number }
  /** Left the maildrop. */
  | { readonly kind: 'gone'; readonly uid: string; readonly at: number }
  | { readonly kind: 'back'; readonly uid: string }
  | { readonly kind: 'forgotten'; readonly uid: string }
  /**
   * What compaction makes of `intent` and `done`, and what says that it is stored under another unique-id; `stored` stands
   * behind it in the line and is read by `parseStored` only.
   */
  | { readonly kind: 'seen'; readonly uid: string; readonly at: number; readonly stored?: Stored }
  /** Made trouble, so often since it was first seen. */
  | {
      readonly kind: 'trouble';
      readonly uid: string;
      readonly at: number;
      readonly count: number;
      readonly why: string;
    }
  /** Some of several destinations have it; the promise for the others came to nothing. */
  | { readonly kind: 'part'; readonly uid: string; readonly parts: readonly string[] }
  /** What was stored is in quarantine. */
  | {
      readonly kind: 'quarantined';
      readonly uid: string;
      readonly at: number;
      readonly why: string;
    };

/** What is known of a stored message, for the `seen` line. */
export type Stored = Pick<Intent, 'place' | 'size' | 'sha256' | 'print'>;

export const journalVersion = 1;

const SP = 0x20;
const checksumLength = 8;

export function headerLine(account: string, storeId: string): string {
  return checked(`popfetch-journal ${journalVersion} ${encodeField(account)} ${storeId}`);
}

export interface JournalHeader {
  readonly version: number;
  readonly account: string;
  readonly storeId: string;
}

/** Undefined where it is no journal. A newer version's header need not look like ours beyond its number. */
export function parseHeader(line: Buffer): JournalHeader | undefined {
  const [name, version, account, storeId] = line.toString('latin1', checksumLength + 1).split(' ');
  if (name !== 'popfetch-journal' || version === undefined || !/^\d{1,9}$/.test(version)) {
    return undefined;
  }
  if (Number(version) > journalVersion) {
    return { version: Number(version), account: '', storeId: '' };
  }
  if (account === undefined || storeId === undefined || !isIntact(line, 0, line.length)) {
    return undefined;
  }
  return { version: Number(version), account: decodeField(account), storeId };
}

export function recordLine(record: JournalRecord): string {
  const uid = encodeField(record.uid);
  switch (record.kind) {
    case 'intent': {
      const { place, size, sha256, bootId, print } = record.intent;
      const stored = `${encodeField(place)} ${size} ${sha256} ${encodeField(bootId)}`;
      return checked(`intent ${uid} ${record.at} ${stored}${printFields(print)}`);
    }
    case 'done':
    case 'marked':
    case 'gone':
      return checked(`${record.kind} ${uid} ${record.at}`);
    case 'seen':
      return checked(`seen ${uid} ${record.at}${storedFields(record.stored)}`);
    case 'trouble':
      return checked(`trouble ${uid} ${record.at} ${record.count} ${encodeField(record.why)}`);
    case 'part':
      return checked(`part ${uid} ${encodeField(record.parts.join(','))}`);
    case 'quarantined':
      return checked(`quarantined ${uid} ${record.at} ${encodeField(record.why)}`);
    case 'withdrawn':
    case 'back':
    case 'forgotten':
      return checked(`${record.kind} ${uid}`);
    default:
      throw new TypeError(record satisfies never);
  }
}

function storedFields(stored: Stored | undefined): string {
  if (stored === undefined) return '';
  const { place, size, sha256, print } = stored;
  return ` ${encodeField(place)} ${size} ${sha256}${printFields(print)}`;
}

function printFields(print: Fingerprint | undefined): string {
  return print === undefined ? '' : ` ${print.header} ${print.content}`;
}

/** Lines that count together or not at all after a crash. */
export function batchLines(lines: readonly string[]): Buffer {
  const body = lines.join('');
  return Buffer.from(lines.length === 1 ? body : checked(`batch ${body.length}`) + body, 'latin1');
}

/** Octets of the batch that this line begins; undefined where it begins none. */
export function batchLength(bytes: Buffer, start: number, end: number): number | undefined {
  if (bytes[start + checksumLength + 1] !== 0x62 || bytes[start + checksumLength + 3] !== 0x74) {
    return undefined;
  }
  const length = /^batch (\d{1,12})$/.exec(
    bytes.toString('latin1', start + checksumLength + 1, end),
  )?.[1];
  return length === undefined ? undefined : Number(length);
}

/** Whether the line's checksum is right. `end` is where its LF stands. */
export function isIntact(bytes: Buffer, start: number, end: number): boolean {
  const body = start + checksumLength + 1;
  if (end < body || bytes[body - 1] !== SP) return false;
  return crc32(bytes, body, end) === hexAt(bytes, start);
}

/** Undefined for a line that is no record, whatever its checksum says. Reads octets in place: a journal has many. */
export function parseRecord(bytes: Buffer, start: number, end: number): JournalRecord | undefined {
  const kindStart = start + checksumLength + 1;
  const uidStart = bytes.indexOf(SP, kindStart) + 1;
  if (uidStart === 0 || uidStart > end) return undefined;
  const uidEnd = fieldEnd(bytes, uidStart, end);
  const uid = decodeField(bytes.toString('latin1', uidStart, uidEnd));
  const kind = bytes.toString('latin1', kindStart, uidStart - 1);
  switch (kind) {
    case 'withdrawn':
    case 'back':
    case 'forgotten':
      return { kind, uid };
    case 'done':
    case 'marked':
    case 'gone':
    case 'seen': {
      const at = numberAt(bytes, uidEnd + 1, end);
      return at === undefined ? undefined : { kind, uid, at };
    }
    case 'intent':
      return parseIntent(uid, bytes.toString('latin1', uidEnd + 1, end));
    case 'trouble':
      return parseTrouble(uid, bytes.toString('latin1', uidEnd + 1, end));
    case 'part':
      return parsePart(uid, bytes.toString('latin1', uidEnd + 1, end));
    case 'quarantined':
      return parseQuarantined(uid, bytes.toString('latin1', uidEnd + 1, end));
    default:
      return undefined;
  }
}

function parseIntent(uid: string, fields: string): JournalRecord | undefined {
  const [at, place, size, sha256, bootId, header, content] = fields.split(' ');
  if (at === undefined || place === undefined || sha256 === undefined || bootId === undefined) {
    return undefined;
  }
  const stored = storedOf(place, size, sha256, header, content);
  return { kind: 'intent', uid, intent: { uid, ...stored, bootId: decodeField(bootId) }, at: +at };
}

function parseTrouble(uid: string, fields: string): JournalRecord | undefined {
  const [at, count, why] = fields.split(' ');
  if (at === undefined || count === undefined || why === undefined) return undefined;
  return { kind: 'trouble', uid, at: Number(at), count: Number(count), why: decodeField(why) };
}

function parsePart(uid: string, fields: string): JournalRecord {
  const parts = decodeField(fields);
  return { kind: 'part', uid, parts: parts === '' ? [] : parts.split(',') };
}

function parseQuarantined(uid: string, fields: string): JournalRecord | undefined {
  const [at, why] = fields.split(' ');
  if (at === undefined || why === undefined) return undefined;
  return { kind: 'quarantined', uid, at: Number(at), why: decodeField(why) };
}

/** What a `seen` line says of the stored message; undefined where it was only marked as seen. */
export function parseStored(bytes: Buffer, start: number, end: number): Stored | undefined {
  const fields = bytes.toString('latin1', start, end).split(' ');
  const [place, size, sha256, header, content] = fields.slice(4);
  if (place === undefined || sha256 === undefined) return undefined;
  return storedOf(place, size, sha256, header, content);
}

/** Versions before fingerprints wrote none. */
function storedOf(
  place: string,
  size: string | undefined,
  sha256: string,
  header: string | undefined,
  content: string | undefined,
): Stored {
  const stored = { place: decodeField(place), size: Number(size), sha256 };
  if (header === undefined || content === undefined) return stored;
  return { ...stored, print: { header, content } };
}

function checked(body: string): string {
  return `${crc32OfText(body).toString(16).padStart(checksumLength, '0')} ${body}\n`;
}

/**
 * A field holds no blank, no control and nothing outside ASCII: a unique-id is any octets (RFC 1939 forbids them in
 * vain). Octets as latin1; a character beyond, which no source makes, is kept all the same.
 */
export function encodeField(text: string): string {
  if (text === '') return '%';
  return text.replace(/[^\x21-\x24\x26-\x7e]/g, (character) => {
    const code = character.charCodeAt(0);
    const hex = code.toString(16).toUpperCase();
    return code > 0xff ? `%u${hex.padStart(4, '0')}` : `%${hex.padStart(2, '0')}`;
  });
}

export function decodeField(field: string): string {
  if (field === '%') return '';
  if (!field.includes('%')) return field;
  return field.replace(/%(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g, (_, wide: string, octet: string) =>
    String.fromCharCode(Number.parseInt(wide ?? octet, 16)),
  );
}

function fieldEnd(bytes: Buffer, start: number, end: number): number {
  const blank = bytes.indexOf(SP, start);
  return blank === -1 || blank > end ? end : blank;
}

function numberAt(bytes: Buffer, start: number, end: number): number | undefined {
  let value = 0;
  let at = start;
  for (; at < end && bytes[at] !== SP; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return at === start ? undefined : value;
}

/** -1, which no checksum is, where these are no 8 lower-case hex digits. */
function hexAt(bytes: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < start + checksumLength; at++) {
    const octet = bytes[at] ?? 0;
    const isDigit = octet >= 0x30 && octet <= 0x39;
    if (!isDigit && !(octet >= 0x61 && octet <= 0x66)) return -1;
    value = value * 16 + (isDigit ? octet - 0x30 : octet - 0x57);
  }
  return value;
}
