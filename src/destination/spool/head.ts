import fs from 'node:fs';
import { senderOf } from '../../mail/sender.ts';
import type { SpooledMessage } from './agent.ts';

/** Where fields are looked for. */
const headOctets = 64 * 1024;

/** The envelope sender of a spooled message, as latin1; its own fields count, not the trace lines above them. */
export function senderOfSpooled({ path, traceLength }: SpooledMessage): string {
  const fd = fs.openSync(path, 'r');
  try {
    const head = Buffer.allocUnsafe(headOctets);
    const read = fs.readSync(fd, head, 0, headOctets, traceLength);
    return senderOf(head.subarray(0, read));
  } finally {
    fs.closeSync(fd);
  }
}
