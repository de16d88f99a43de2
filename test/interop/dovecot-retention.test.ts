import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Dovecot, dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { accountOf, users } from './accounts.ts';
import type { NamedMessage } from './messages.ts';
import { filesOf } from './stored.ts';

const skip = dovecotMissing() ?? false;
const many = 60;

/** Growing, so that many small old ones go before few large new ones. */
function message(number: number): NamedMessage {
  const head = `From: ann@example.org\r\nSubject: number ${number}\r\n\r\n`;
  const body = `line ${number} of no meaning\r\n`.repeat(20 * number);
  return { name: `number ${number}`, bytes: Buffer.from(head + body) };
}

function digest(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n');
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

/** Messages in the maildrop, after making sure that each of those that are not is in the Maildir. */
async function remaining(
  server: Dovecot,
  home: PopfetchHome,
  seeded: readonly NamedMessage[],
): Promise<readonly Buffer[]> {
  const there = await server.read('ann');
  const digests = new Set(there.map(digest));
  const stored = filesOf(home.path('Maildir', 'ann')).map((file) => digest(readFileSync(file)));
  assert.equal(new Set(stored).size, stored.length, 'none is stored twice');
  const gone = seeded.filter(({ bytes }) => !digests.has(digest(bytes)));
  for (const { name, bytes } of gone)
    assert.ok(stored.includes(digest(bytes)), `${name} is gone and was not stored`);
  return there;
}

const octets = (messages: readonly Uint8Array[]) =>
  messages.reduce((sum, { length }) => sum + length, 0);

test('atMost brings a full maildrop below its limit, in slices, and deletes nothing that is not in the Maildir', {
  skip,
}, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const seeded = Array.from({ length: many }, (_, at) => message(at + 1));
  server.seed('ann', seeded);
  const full = octets(seeded.map(({ bytes }) => bytes));
  const atMost = Math.round(full / 2);
  home.configure({
    accounts: { ann: accountOf(server, 'ann', home, { atMost: `${atMost}B`, limit: 25 }) },
  });

  const dry = await home.run(['--once', '-n', '--json']);
  assert.match(dry.stdout, /"would_delete".*"reason":"over-quota"/);
  assert.equal((await server.read('ann')).length, many);

  const first = await home.run(['--once']);
  assert.equal(first.status, 0, first.stderr);
  const after = await remaining(server, home, seeded);
  assert.equal(after.length, many - 25, 'the 25 oldest were stored, and are not enough');
  assert.equal((await home.run(['--once'])).status, 0);
  const left = await remaining(server, home, seeded);
  assert.ok(octets(left) <= atMost, `${octets(left)} octets of ${atMost}`);
  const next = seeded[many - left.length - 1];
  assert.ok(next && octets(left) + next.bytes.length > atMost, 'and none too many');
  const newestLeft = seeded.slice(many - left.length).map(({ bytes }) => digest(bytes));
  assert.deepEqual(left.map(digest), newestLeft, 'the oldest went');
});

test('a limit set later is kept by prune alone, which tells each deletion beforehand and fetches nothing', {
  skip,
}, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const seeded = Array.from({ length: many }, (_, at) => message(at + 1));
  server.seed('ann', seeded.slice(0, 30));
  home.configure({ accounts: { ann: accountOf(server, 'ann', home) } });
  assert.equal((await home.run(['--once'])).status, 0);
  // These are on the server only: they count, and may not go.
  server.seed('ann', seeded.slice(30));
  const atMost = { count: 40 };
  home.configure({ accounts: { ann: accountOf(server, 'ann', home, { atMost }) } });

  const dry = await home.run(['prune', '-n']);
  assert.equal(dry.stdout.match(/^would delete .* holds more than atMost$/gm)?.length, 20);
  assert.equal((await server.read('ann')).length, many);
  const pruned = await home.run(['prune']);
  assert.match(pruned.stdout, /^ann: 20 deleted \(40 on the server\)$/m);
  const left = await remaining(server, home, seeded);
  assert.deepEqual(
    left.map(digest),
    seeded.slice(20).map(({ bytes }) => digest(bytes)),
  );
  assert.equal(filesOf(home.path('Maildir', 'ann')).length, 30);

  const none = { count: 1 };
  home.configure({ accounts: { ann: accountOf(server, 'ann', home, { atMost: none }) } });
  assert.equal((await home.run(['prune'])).status, 0);
  assert.equal((await remaining(server, home, seeded)).length, 30, 'what is only there stays');
});
