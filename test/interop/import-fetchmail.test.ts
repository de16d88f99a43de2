import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { smallMessage, users } from './accounts.ts';
import { newMaildir, runPeer, subjectsIn } from './peers.ts';
import { missing } from './user-of-own.ts';

const skip = dovecotMissing() ?? missing('fetchmail', 'fetchmail') ?? false;

test('what fetchmail has fetched is not fetched again, and all else is', { skip }, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  server.seed('ann', [1, 2, 3, 4, 5, 6].map(smallMessage));
  const mail = newMaildir(home);
  const rc = home.path('home', '.fetchmailrc');
  const text = `# As people write them.
set no bouncemail
defaults proto pop3, timeout 60 and options keep
poll home.example via 127.0.0.1 port ${server.pop3Port} with uidl:
  user "ann" there with pass "${users.ann}" is "joe" here
  and wants mda 'cat > $(mktemp ${mail}/new/XXXXXX)' fetchlimit 3 sslproto ''
`;
  writeFileSync(rc, text, { mode: 0o600 });
  runPeer('fetchmail', ['--nodetach', '--nosyslog'], home);
  assert.deepEqual(subjectsIn(mail), ['number 1', 'number 2', 'number 3']);

  const { status, stdout, stderr } = await home.run(['import', 'fetchmail', '--yes']);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^home\.example: ann at 127\.0\.0\.1 \(new\), 3 messages seen$/m);
  const written = readFileSync(home.configFile, 'utf8');
  assert.ok(!`${written}${stdout}`.includes(users.ann), 'a password was copied');
  assert.equal(readFileSync(rc, 'utf8'), text);

  const again = await home.run(['import', rc, '--yes']);
  assert.match(again.stdout, /nothing to do/);
  assert.equal(readFileSync(home.configFile, 'utf8'), written);

  const once = await home.run(['--once']);
  assert.equal(once.status, 0, once.stderr);
  assert.match(once.stderr, /3 of the 6 messages on the server are known from fetchmail/);
  assert.deepEqual(
    subjectsIn(mail),
    [1, 2, 3, 4, 5, 6].map((number) => `number ${number}`),
  );
  assert.equal((await server.sessions('ann', 2)).at(-1)?.retrieved, 3);
});
