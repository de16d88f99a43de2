import { randomUUID } from 'node:crypto';
import fs from 'node:fs';

/**
 * Names this boot of the machine. Where the system has no such name, no two processes agree: recovery then trusts
 * nothing but the disk, as after a power cut.
 */
export function currentBootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return `unknown-${randomUUID()}`;
  }
}
