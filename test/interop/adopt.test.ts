import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { accountOf, users } from './accounts.ts';
import type { NamedMessage } from './messages.ts';
import { filesOf } from './stored.ts';
import { missing, run } from './user-of-own.ts';

// POPFETCH_LONG=1 runs the size that was promised.
const long = process.env.POPFETCH_LONG === '1';
const count = long ? 10_000 : 200;
const skip = dovecotMissing() ?? missing('mpop', 'mpop') ?? false;

test('what another program has stored is recognised by its header, and none of it is retrieved', {
  skip,
}, async (t) => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const maildir = home.path('Mail');
  for (const folder of ['cur', 'new', 'tmp'])
    mkdirSync(`${maildir}/${folder}`, { recursive: true });
  server.seed('ann', messages(1, count));
  // With a Received of its own above each message.
  writeFileSync(
    home.path('mpoprc'),
    `account ann\nhost 127.0.0.1\nport ${server.pop3Port}\nuser ann\npassword ${users.ann}\nauth user\ntls off\nkeep on\ndelivery maildir ${maildir}\nuidls_file ${home.path('uidls')}\n`,
    { mode: 0o600 },
  );
  const env = { PATH: process.env.PATH ?? '', HOME: home.path('home') };
  const fetched = await run(['mpop', '-C', home.path('mpoprc'), '-a'], env, home.path('home'));
  assert.equal(filesOf(maildir).length, count, fetched.output);
  server.seed('ann', messages(count + 1, count + 3));
  home.configure({ accounts: { ann: accountOf(server, 'ann', home) } });

  const began = performance.now();
  const options = { measureMemory: true, timeout: 300_000 };
  const adopted = await home.run(['adopt', 'ann', maildir, '--yes'], options);
  assert.equal(adopted.status, 0, adopted.stderr);
  t.diagnostic(
    `${count} messages in ${Math.round(performance.now() - began)} ms, ${Math.round((adopted.peakMemory ?? 0) / 1e6)} MB`,
  );
  assert.match(adopted.stdout, new RegExp(`ann: ${count} messages taken for seen`));
  assert.match(adopted.stdout, /ann: 3 left/);
  const [, session] = await server.sessions('ann', 2);
  assert.deepEqual([session?.retrieved, session?.loggedOut], [0, true]);

  const once = await home.run(['--once'], { timeout: 60_000 });
  assert.match(once.stdout, /ann: 3 new/, once.stderr);
  assert.equal((await server.read('ann')).length, count + 3);
});

function* messages(from: number, to: number): Iterable<NamedMessage> {
  for (let number = from; number <= to; number += 1) {
    const lines = [
      `Received: from mx${number % 7}.example.org by pop.example.org`,
      `\tid ${number}; Mon, 23 Nov 2026 03:00:00 +0000`,
      `Message-ID: <${number % 50 === 0 ? `${number - 1}` : number}@example.org>`,
      'Date: Mon, 23 Nov 2026 03:00:00 +0000',
      'From: Ann <ann@example.org>',
      'Subject: of no meaning',
      '',
      `Hello ${number}.`,
      '',
    ];
    yield { name: `number ${number}`, bytes: Buffer.from(lines.join('\r\n')) };
  }
}
