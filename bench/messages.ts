import { createHash } from 'node:crypto';

/** One message of a maildrop, made from a seed: the same in every run and on every machine. */
export interface BenchMessage {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Octets of the message with this number. */
export type SizeOf = (number: number) => number;

/** Small, medium and large as in real maildrops: 75 MB in 1,000 messages. */
export const mixedSizes: SizeOf = (number) => {
  if (number % 50 === 0) return 2_000_000;
  if (number % 5 === 0) return 150_000;
  return 6_500;
};

/** The messages of one maildrop, one after the other: never all of them in memory. */
export function* messagesOf(user: string, count: number, sizeOf: SizeOf): Generator<BenchMessage> {
  for (let number = 1; number <= count; number++)
    yield { name: `${number}`, bytes: message(user, number, sizeOf(number)) };
}

/** Names the message in a header field, so that a stored file tells which one it holds. */
const idField = 'X-Bench';

/** SHA-256 of what stands behind the header, with LF line ends: fetchers may add fields above it only. */
export function bodyHash(file: Buffer): string {
  const crlf = file.indexOf('\r\n\r\n');
  const lf = file.indexOf('\n\n');
  const start = crlf !== -1 && (lf === -1 || crlf < lf) ? crlf + 4 : lf + 2;
  const body = file.subarray(start);
  const unix = body.includes('\r\n')
    ? Buffer.from(body.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    : body;
  return createHash('sha256').update(unix).digest('hex');
}

/** `user/number`; undefined in what is no message of ours. */
export function idOf(file: Buffer): string | undefined {
  return new RegExp(`^${idField}: (\\S+)`, 'm').exec(file.toString('latin1', 0, 4096))?.[1];
}

function message(user: string, number: number, size: number): Buffer {
  const head = [
    'Return-Path: <sender@example.org>',
    `From: Sender ${number % 97} <sender${number % 97}@example.org>`,
    `To: ${user}@example.net`,
    `Subject: Message ${number} of the bench`,
    'Date: Mon, 05 Jan 2026 10:00:00 +0000',
    `Message-ID: <${user}.${number}@bench.example.org>`,
    `${idField}: ${user}/${number}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    bodyOf(number, Math.max(0, size - head.length)),
  ]);
}

const lineLength = 76;
/** Lines to take bodies from: base64 looks like most octets of real mail do. One in 20 begins with a dot. */
const pool = linePool();

function linePool(): Buffer {
  const lines: string[] = [];
  let seed = Buffer.from('popfetch bench');
  for (let line = 0; line < 4096; line++) {
    seed = createHash('sha512').update(seed).digest();
    const text = seed
      .toString('base64')
      .padEnd(lineLength - 2, 'x')
      .slice(0, lineLength - 2);
    lines.push(line % 20 === 0 ? `.${text.slice(1)}` : text);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}

function bodyOf(number: number, size: number): Buffer {
  const lines = Math.max(1, Math.round(size / lineLength));
  const start = (number * 37) % 4096;
  const body = Buffer.allocUnsafe(lines * lineLength);
  for (let written = 0; written < body.length; ) {
    const from = written === 0 ? start * lineLength : 0;
    written += pool.copy(body, written, from);
  }
  return body;
}
