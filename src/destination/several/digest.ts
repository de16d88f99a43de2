import { createHash } from 'node:crypto';
import { CrlfToLf } from '../../mail/newline.ts';
import type { Delivery } from '../destination.ts';

/** What is to be known of a message that goes nowhere: all that should have it do. */
export async function digest(content: AsyncIterable<Uint8Array>): Promise<Omit<Delivery, 'uid'>> {
  const hash = createHash('sha256');
  const newlines = new CrlfToLf();
  let size = 0;
  const add = (octets: Uint8Array) => {
    hash.update(octets);
    size += octets.length;
  };
  for await (const slice of content) {
    const converted = new Uint8Array(slice.length + 1);
    add(converted.subarray(0, newlines.convert(slice, converted, 0)));
  }
  const last = new Uint8Array(1);
  add(last.subarray(0, newlines.finish(last, 0)));
  return { size, sha256: hash.digest('hex'), messageId: undefined };
}
