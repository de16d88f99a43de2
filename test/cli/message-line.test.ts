import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

test('the JSON line of a message says what it is, where it is, and how long it took', async () => {
  const content = 'Message-ID: <1@example.org>\r\n\r\nHello.\r\n';
  await using server = await startMaildropServer({ messages: [{ uid: 'u1', content }] });
  await using home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const maildir = home.path('Maildir');
  home.configure({
    accounts: { a: { host, port, tls: 'off', user, password, deliver: { maildir } } },
  });
  const { stdout } = await runInProcess(home, ['--once', '--json']);
  const events = stdout.trimEnd().split('\n');
  const line = events.map((text) => JSON.parse(text)).find(({ event }) => event === 'message');
  const { time, destination, path, sha256, durationMs, ...plain } = line;
  assert.deepEqual(plain, {
    v: 1,
    event: 'message',
    run: 'abcd',
    account: 'a',
    action: 'delivered',
    uidl: 'u1',
    number: 1,
    size: content.length,
    messageId: '<1@example.org>',
  });
  assert.ok(path.startsWith(`${maildir}/new/`) && destination !== '');
  assert.match(`${time} ${sha256}`, /^2\S+Z [0-9a-f]{64}$/);
  assert.ok(Number.isInteger(durationMs) && durationMs >= 0);
});
