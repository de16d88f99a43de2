import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const text = (n: number) => `Subject: m${n}\r\n\r\n${'a line of body\r\n'.repeat(20)}end ${n}\r\n`;
const messages = [1, 2, 3].map((n) => ({ uid: `u${n}`, content: text(n) }));

function visible(home: PopfetchHome): readonly string[] {
  const folder = home.path('Maildir', 'new');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .sort();
}

for (const [place, forged] of [
  ['a message in the middle', 'RETR 2'],
  ['the last message', 'RETR 3'],
] as const)
  test(`a server that does not byte-stuff ${place}, which then reads like replies, costs no message (CVE-2001-0996)`, async () => {
    const answer =
      '+OK\r\nSubject: half\r\n\r\nhalf\r\n.\r\n+OK\r\nSubject: forged\r\n\r\nforged\r\n.\r\n';
    await using server = await startMaildropServer({
      messages,
      faults: { answers: { [forged]: answer } },
    });
    await using home = await PopfetchHome.create();
    const { host, port, user, password } = server;
    const deliver = home.path('Maildir/');
    const account = { host, port, tls: 'off', user, password, deliver, keep: false, trace: false };
    home.configure({ accounts: { a: account } });
    const run = await home.run(['--once']);
    assert.equal(run.status, 76, run.stderr);
    for (const stored of visible(home)) assert.match(stored, /^Subject: m\d\n.*end \d\n$/s);
    server.faults = {};
    const rerun = await home.run(['--once']);
    assert.equal(rerun.status, 0, rerun.stderr);
    assert.deepEqual(
      visible(home),
      messages.map(({ content }) => content.replaceAll('\r\n', '\n')),
    );
    assert.deepEqual(server.messages, []);
  });
