import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Expected {
  readonly name: string;
  /** As the server sends it, lines ending in CRLF. */
  readonly bytes: Uint8Array;
}

/** Asserts that a Maildir holds these messages octet for octet with LF line ends, each once, and nothing else. */
export function assertStored(maildir: string, expected: readonly Expected[]): void {
  assert.deepEqual(readdirSync(join(maildir, 'tmp')), [], 'nothing is left in tmp');
  const wanted = new Map<string, string[]>();
  for (const { name, bytes } of expected) {
    const digest = digestOf(withLf(bytes));
    wanted.set(digest, [...(wanted.get(digest) ?? []), name]);
  }
  const unexpected: string[] = [];
  for (const file of filesOf(maildir)) {
    const content = readFileSync(file);
    if (wanted.get(digestOf(content))?.pop() === undefined) unexpected.push(excerpt(content));
  }
  const missing = [...wanted.values()].flat();
  assert.deepEqual({ missing, unexpected }, { missing: [], unexpected: [] });
}

/** Paths of the messages in a Maildir. */
export function filesOf(maildir: string): string[] {
  return ['new', 'cur'].flatMap((folder) =>
    readdirSync(join(maildir, folder)).map((name) => join(maildir, folder, name)),
  );
}

function withLf(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function excerpt(content: Buffer): string {
  return `${content.length} octets: ${JSON.stringify(content.subarray(0, 200).toString('latin1'))}`;
}
