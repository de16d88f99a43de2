import { appendFileSync, chmodSync, chownSync } from 'node:fs';
import type { SeedMessage } from './dovecot-maildir.ts';

/** Appends messages to the mbox that a server serves; not while a session is open. */
export function seedMbox(
  path: string,
  messages: Iterable<SeedMessage>,
  owner: { readonly uid: number; readonly gid: number },
): void {
  for (const { bytes } of messages) {
    const octets = bytes instanceof Uint8Array ? bytes : Buffer.concat([...bytes]);
    const text = Buffer.from(octets).toString('latin1').replaceAll('\r\n', '\n');
    const quoted = text.replace(/^From /gm, '>From ');
    const ended = quoted === '' || quoted.endsWith('\n') ? quoted : `${quoted}\n`;
    const message = `From seed@test.example Sat Nov 22 06:51:00 2025\n${ended}\n`;
    appendFileSync(path, Buffer.from(message, 'latin1'));
  }
  chownSync(path, owner.uid, owner.gid);
  chmodSync(path, 0o660);
}
