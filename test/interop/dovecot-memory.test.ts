import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { accountOf, smallMessage, users } from './accounts.ts';
import { filesOf } from './stored.ts';

// POPFETCH_LONG=1 runs the sizes that were promised: they take minutes.
const long = process.env.POPFETCH_LONG === '1';
const skip = dovecotMissing() ?? false;
const mostMemory = 120e6;
const runTimeout = long ? 600_000 : 60_000;

test('memory does not grow with the number of messages', { skip }, async (t) => {
  const count = long ? 100_000 : 5000;
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  server.seed('ann', numbered(count));
  home.configure({ accounts: { ann: accountOf(server, 'ann', home) } });

  const first = await home.run(['--once'], { measureMemory: true, timeout: runTimeout });
  assert.equal(first.status, 0, first.stderr);
  assert.equal(filesOf(home.path('Maildir', 'ann')).length, count);
  const second = await home.run(['--once'], { measureMemory: true, timeout: runTimeout });
  assert.equal(second.stdout, `ann: nothing new (${count} on the server)\n`);
  const peaks = [first.peakMemory ?? Number.NaN, second.peakMemory ?? Number.NaN];
  t.diagnostic(`${count} messages: ${inMegabytes(peaks)}`);
  for (const peak of peaks) assert.ok(peak < mostMemory, inMegabytes(peaks));
});

test('memory does not grow with the size of a message', { skip }, async (t) => {
  const size = long ? 1e9 : 128e6;
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  server.seed('ann', [{ name: 'large', bytes: linesOf(size) }, smallMessage(1)]);
  home.configure({ accounts: { ann: accountOf(server, 'ann', home, { keep: false }) } });

  const run = await home.run(['--once'], { measureMemory: true, timeout: runTimeout });
  assert.equal(run.status, 0, run.stderr);
  const sizes = filesOf(home.path('Maildir', 'ann')).map((file) => statSync(file).size);
  assert.equal(Math.max(...sizes), size - size / lineLength, 'each line lost its CR, nothing else');
  const peaks = [run.peakMemory ?? Number.NaN];
  t.diagnostic(`${size / 1e6} MB: ${inMegabytes(peaks)}`);
  assert.ok(run.peakMemory !== undefined && run.peakMemory < mostMemory, inMegabytes(peaks));
  assert.equal((await server.sessions('ann', 1))[0]?.deleted, 2);
});

function* numbered(count: number): Iterable<ReturnType<typeof smallMessage>> {
  for (let number = 1; number <= count; number += 1) yield smallMessage(number);
}

const lineLength = 80;

/** So many octets in lines of 80, beginning with a header field and an empty line's worth of body. */
function* linesOf(size: number): Iterable<Buffer> {
  const line = (start: string): string => `${start.padEnd(lineLength - 2, 'x')}\r\n`;
  const chunk = Buffer.from(line('Subject: ').repeat(12_500));
  for (let written = 0; written < size; written += chunk.length) yield chunk;
}

function inMegabytes(peaks: readonly number[]): string {
  return `peak ${peaks.map((peak) => `${Math.round(peak / 1e6)} MB`).join(', ')}`;
}
