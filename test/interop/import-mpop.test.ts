import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { smallMessage, users } from './accounts.ts';
import { newMaildir, runPeer, subjectsIn } from './peers.ts';
import { missing } from './user-of-own.ts';

const skip = dovecotMissing() ?? missing('mpop', 'mpop') ?? false;

test('what mpop has fetched is not fetched again, and all else is', { skip }, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const mail = newMaildir(home);
  const rc = home.path('home', '.mpoprc');
  const text = `defaults
tls on
tls_starttls off
tls_trust_file ${server.certificates.caFile}
keep on

account shared
host 127.0.0.1
port ${server.pop3sPort}
eval echo delivery maildir ${mail}

account ann : shared
  user "ann"
passwordeval cat ${home.path('home', 'secret')}
account bob : shared
user bob
password ${users.bob}
account default : ann
`;
  writeFileSync(rc, text, { mode: 0o600 });
  writeFileSync(home.path('home', 'secret'), `${users.ann}\n`, { mode: 0o600 });
  server.seed('ann', [1, 2, 3].map(smallMessage));
  runPeer('mpop', ['-Q', 'ann'], home);
  server.seed('ann', [4, 5, 6].map(smallMessage));
  server.seed('bob', [7].map(smallMessage));

  const { status, stdout, stderr } = await home.run(['import', 'mpop', '--yes']);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^ann: ann at 127\.0\.0\.1 \(new\), 3 messages seen$/m);
  const written = readFileSync(home.configFile, 'utf8');
  assert.ok(!`${written}${stdout}`.includes(users.bob), 'a password was copied');

  const once = await home.run(['--once']);
  assert.equal(once.status, 0, once.stderr);
  assert.match(once.stderr, /3 of the 6 messages on the server are known from mpop/);
  assert.deepEqual(
    subjectsIn(mail),
    [1, 2, 3, 4, 5, 6, 7].map((number) => `number ${number}`),
  );
  assert.equal((await server.sessions('ann', 2)).at(-1)?.retrieved, 3);
});
