const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const TAB = 0x09;
const COLON = 0x3a;

/** No field of interest is longer; folded garbage is not carried about. */
const longestBody = 998;

/**
 * The body of a header field (RFC 5322 §2.2), unfolded, its octets as latin1, or undefined where the first occurrence
 * is not wholly within these first octets of a message. Line ends may be CRLF or LF. Nothing is decoded.
 */
export function findField(head: Uint8Array, name: string): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(LF, start);
    if (end === -1 || end === start || (end === start + 1 && bytes[start] === CR)) return undefined;
    if (isField(bytes, start, end, name)) return unfolded(bytes, start + name.length, end);
    start = end + 1;
  }
  return undefined;
}

function isField(bytes: Buffer, start: number, end: number, name: string): boolean {
  let at = start + name.length;
  if (at >= end || !sameName(bytes, start, name)) return false;
  while (bytes[at] === SP || bytes[at] === TAB) at += 1;
  return bytes[at] === COLON;
}

function sameName(bytes: Buffer, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    if (((bytes[start + i] ?? 0) | 0x20) !== (name.charCodeAt(i) | 0x20)) return false;
  }
  return true;
}

/** From behind the name, over the lines that begin with a blank. */
function unfolded(bytes: Buffer, afterName: number, firstEnd: number): string | undefined {
  let end = firstEnd;
  while (bytes[end + 1] === SP || bytes[end + 1] === TAB) {
    end = bytes.indexOf(LF, end + 1);
    if (end === -1) return undefined;
  }
  // At the edge of what we have it may go on; the message's own end looks the same, and costs nothing.
  const from = bytes.indexOf(COLON, afterName) + 1;
  const raw = bytes.toString('latin1', from, Math.min(end, from + 2 * longestBody));
  return raw.replace(/\r?\n/g, '').trim().slice(0, longestBody);
}
