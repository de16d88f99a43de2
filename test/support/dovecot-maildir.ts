import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** A message for a maildrop, its line ends as they shall be served: CRLF. Large ones come in chunks. */
export interface SeedMessage {
  readonly name: string;
  readonly bytes: Uint8Array | Iterable<Uint8Array>;
}

/**
 * Puts messages into the Maildir below a user's home the way Dovecot likes it: names that sort in the order given,
 * with `S=` and `W=` so that listing sizes need not open each file.
 */
export function seedMaildir(
  home: string,
  messages: Iterable<SeedMessage>,
  owner: { readonly uid: number; readonly gid: number },
): void {
  const maildir = join(home, 'Maildir');
  if (!existsSync(maildir)) {
    for (const folder of [home, maildir, ...['tmp', 'new', 'cur'].map((f) => join(maildir, f))]) {
      mkdirSync(folder);
      chownSync(folder, owner.uid, owner.gid);
    }
  }
  // Dovecot sorts new messages by the number that their names begin with.
  let serial = 1_000_000_000 + ['new', 'cur'].flatMap((f) => readdirSync(join(maildir, f))).length;
  for (const message of messages) {
    const unfinished = join(maildir, 'tmp', 'seed');
    const size = write(unfinished, message.bytes);
    serial += 1;
    renameSync(unfinished, join(maildir, 'new', `${serial}.seed.test,S=${size},W=${size}`));
  }
}

function write(path: string, bytes: SeedMessage['bytes']): number {
  const file = openSync(path, 'wx', 0o644);
  let size = 0;
  for (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
    let written = 0;
    while (written < chunk.length) written += writeSync(file, chunk, written);
    size += written;
  }
  closeSync(file);
  return size;
}
