import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const bad = 'Subject: bad one\r\n\r\nnobody \x1b[31m wants it\r\n';

function maildrop(): Promise<MaildropServer> {
  return startMaildropServer({
    messages: [
      { uid: 'good-1', content: 'Subject: good\r\n\r\none\r\n' },
      { uid: 'bad', content: bad },
      { uid: 'good-2', content: 'Subject: good\r\n\r\ntwo\r\n' },
    ],
  });
}

/** Refuses what says "bad" until the file `open` is there. */
function configure(home: PopfetchHome, server: MaildropServer, more: object = {}): void {
  const { host, port, user, password } = server;
  const script = `cat > ${home.path('last')}; test -e ${home.path('open')} || ! grep -q "^Subject: bad" ${home.path('last')} || { echo no such user >&2; exit 67; }; cat ${home.path('last')} >> ${home.path('delivered')}`;
  const deliver = { pipe: ['/bin/sh', '-c', script], concurrency: 1 };
  const account = { host, port, tls: 'off', user, password, deliver, trace: false, ...more };
  home.configure({ accounts: { a: account } });
}

const quarantine = (home: PopfetchHome) => join(home.stateDir, 'accounts', 'a', 'quarantine');
const held = (home: PopfetchHome) =>
  readdirSync(join(quarantine(home), 'new')).map((name) =>
    readFileSync(join(quarantine(home), 'new', name), 'latin1'),
  );
const delivered = (home: PopfetchHome) => readFileSync(home.path('delivered'), 'latin1');

async function refusedThrice(home: PopfetchHome): Promise<string> {
  let last = '';
  for (const poll of [1, 2, 3]) {
    const run = await home.run(['--once']);
    assert.equal(run.status, 65, `poll ${poll}: ${run.stdout}${run.stderr}`);
    last = run.stderr;
  }
  return last;
}

for (const keep of [true, false])
  test(`what is refused three polls over goes into quarantine and stays on the server (keep: ${keep})`, async () => {
    await using server = await maildrop();
    await using home = await PopfetchHome.create();
    configure(home, server, { keep });
    const told = await refusedThrice(home);
    assert.match(told, /put into quarantine/);
    assert.equal(delivered(home).match(/^Subject: good/gm)?.length, 2);
    const [text = '', ...others] = held(home);
    assert.deepEqual(others, []);
    assert.match(text, /^X-Popfetch-Rejected: .*67.*\n/);
    assert.equal(text.replace(/^.*\n/, ''), bad.replaceAll('\r\n', '\n'));
    for (const _ of [4, 5]) {
      const later = await runInProcess(home, ['--once']);
      assert.equal(later.status, 0, later.stderr);
      assert.match(later.stderr, /in quarantine/);
    }
    assert.equal(held(home).length, 1);
    assert.deepEqual(
      server.messages.map(({ uid }) => uid),
      keep ? ['good-1', 'bad', 'good-2'] : ['bad'],
    );
  });

test('with onReject: keep it is tried at every poll', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, { onReject: 'keep' });
  await refusedThrice(home);
  assert.equal((await runInProcess(home, ['--once'])).status, 65);
  assert.throws(() => held(home), /ENOENT/);
});

test('the quarantine is listed, shown without harm to a terminal, and delivered again once it is wanted', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, { keep: false });
  await refusedThrice(home);
  const list = await runInProcess(home, ['quarantine', 'list']);
  assert.equal(list.status, 0, list.stderr);
  assert.match(list.stdout, /^a {2}bad {2}.*since .*67.*\n {4}bad one\n$/);
  const json = await runInProcess(home, ['quarantine', 'list', 'a', '--json']);
  const { event, account, uidl, size, subject, reason } = JSON.parse(json.stdout);
  assert.deepEqual(
    { event, account, uidl, size, subject },
    { event: 'quarantine', account: 'a', uidl: 'bad', size: bad.length - 3, subject: 'bad one' },
  );
  assert.match(reason, /67/);
  const shown = await runInProcess(home, ['quarantine', 'show', 'a', 'bad']);
  assert.match(
    shown.stdout,
    /^X-Popfetch-Rejected: .*\nSubject: bad one\n\nnobody \?\[31m wants it\n$/,
  );
  assert.equal((await runInProcess(home, ['quarantine', 'retry', 'a'])).status, 65);
  assert.equal(held(home).length, 1);

  writeFileSync(home.path('open'), '');
  const retried = await runInProcess(home, ['quarantine', 'retry', 'a', 'bad']);
  assert.equal(retried.status, 0, retried.stderr);
  assert.ok(
    delivered(home).endsWith(bad.replaceAll('\r\n', '\n')),
    'nothing above it, nothing lost',
  );
  assert.deepEqual(held(home), []);
  assert.equal((await runInProcess(home, ['quarantine', 'list'])).stdout, '');
  assert.equal((await runInProcess(home, ['--once'])).status, 0);
  assert.deepEqual(server.messages, []);
});

for (const fromServer of [true, false])
  test(`what is dropped leaves the server only when that is said (said: ${fromServer})`, async () => {
    await using server = await maildrop();
    await using home = await PopfetchHome.create();
    configure(home, server, { keep: false });
    await refusedThrice(home);
    const option = fromServer ? ['--delete-from-server'] : [];
    const dropped = await runInProcess(home, ['quarantine', 'drop', 'a', 'bad', ...option]);
    assert.equal(dropped.status, 0, dropped.stderr);
    assert.deepEqual(held(home), []);
    assert.equal((await runInProcess(home, ['quarantine', 'list'])).stdout, '');
    const later = await runInProcess(home, ['--once']);
    assert.deepEqual([later.status, later.stderr], [0, '']);
    assert.equal(server.messages.length, fromServer ? 0 : 1);
  });

test('a name that is not in quarantine is a mistake of usage', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server);
  for (const args of [['show', 'a', 'nope'], ['drop', 'a'], ['retry', 'b'], ['retry']])
    assert.equal((await runInProcess(home, ['quarantine', ...args])).status, 64, args.join(' '));
});
