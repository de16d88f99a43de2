/**
 * CRC-32 as zlib's, over a part of a buffer in place: the view that zlib's wants for each line costs more than the sum,
 * and loading zlib costs each start a millisecond.
 */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  let sum = -1;
  for (let at = start; at < end; at++) {
    sum = (table[(sum ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (sum >>> 8);
  }
  return ~sum >>> 0;
}

/** Likewise over the octets that a text of latin1 stands for. */
export function crc32OfText(text: string): number {
  let sum = -1;
  for (let at = 0; at < text.length; at++) {
    sum = (table[(sum ^ text.charCodeAt(at)) & 0xff] ?? 0) ^ (sum >>> 8);
  }
  return ~sum >>> 0;
}

/** By the reversed polynomial of IEEE 802.3. */
const table: Int32Array = Int32Array.from({ length: 256 }, (_, octet) => {
  let sum = octet;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  return sum;
});
