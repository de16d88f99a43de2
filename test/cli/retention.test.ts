import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const message = (uid: string) => ({ uid, content: `Subject: ${uid}\r\n\r\nHello.\r\n` });
const day = 24 * 3_600_000;

function configure(home: PopfetchHome, server: MaildropServer, more: object): void {
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  home.configure({ accounts: { a: { host, port, tls: 'off', user, password, deliver, ...more } } });
}

function stored(home: PopfetchHome): number {
  const folder = home.path('Maildir', 'new');
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

const uids = (server: MaildropServer) => server.messages.map(({ uid }) => uid);

/** As if the last poll had been so long ago. */
function lastPollWas(home: PopfetchHome, ago: number): void {
  const file = home.path('state', 'accounts', 'a', 'status.json');
  const status: unknown = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(typeof status === 'object');
  writeFileSync(file, JSON.stringify({ ...status, lastPollAt: Date.now() - ago }));
}

test('atMost brings a maildrop below its limit in the run that fetches it, the oldest first', async () => {
  await using server = await startMaildropServer({ messages: ['a', 'b', 'c'].map(message) });
  await using home = await PopfetchHome.create();
  configure(home, server, { atMost: { count: 2 } });
  const dry = await home.run(['--once', '-n']);
  assert.match(dry.stdout, /^would delete +a +1 .* holds more than atMost$/m);
  assert.deepEqual(uids(server), ['a', 'b', 'c']);
  const { status, stdout } = await runInProcess(home, ['--once', '--json']);
  assert.equal(status, 0);
  assert.equal(stored(home), 3);
  assert.deepEqual(uids(server), ['b', 'c']);
  assert.match(stdout, /"action":"deleted","uidl":"a".*"reason":"over-quota"/);
});

test('keep: a duration deletes what was delivered that long ago, and not sooner', async () => {
  await using server = await startMaildropServer({ messages: [message('a')] });
  await using home = await PopfetchHome.create();
  configure(home, server, { keep: '1s' });
  assert.equal((await runInProcess(home, ['--once'])).status, 0);
  assert.deepEqual(uids(server), ['a']);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { stdout } = await runInProcess(home, ['--once', '--json']);
  assert.match(stdout, /"action":"deleted","uidl":"a".*"reason":"expired"/);
  assert.deepEqual(uids(server), []);
});

test('after a jump of the clock nothing is deleted for its age before a second poll', async () => {
  await using server = await startMaildropServer({ messages: [message('a')] });
  await using home = await PopfetchHome.create();
  configure(home, server, { keep: '1s' });
  await runInProcess(home, ['--once']);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  lastPollWas(home, 30 * day);
  await runInProcess(home, ['--once']);
  assert.deepEqual(uids(server), ['a']);
  await runInProcess(home, ['--once']);
  assert.deepEqual(uids(server), []);
});

test('prune deletes and fetches nothing', async () => {
  await using server = await startMaildropServer({ messages: [message('a')] });
  await using home = await PopfetchHome.create();
  configure(home, server, {});
  await runInProcess(home, ['--once']);
  configure(home, server, { atMost: { count: 1 } });
  server.messages = [message('a'), message('b')];
  const dry = await runInProcess(home, ['prune', '-n']);
  assert.match(dry.stdout, /^would delete +a +1 .*\ndry run: /m);
  assert.doesNotMatch(dry.stdout, /deleted \(/);
  const { status, stdout, stderr } = await runInProcess(home, ['prune', '-v']);
  assert.equal(status, 0);
  assert.match(stderr, /level=info msg=deleted .* uidl=a .*reason=over-quota/);
  assert.match(stdout, /^a: 1 deleted \(1 on the server\)$/m);
  assert.deepEqual(uids(server), ['b']);
  assert.equal(stored(home), 1);
});

test('what leaves the server because keep: false came later is told with its reason', async () => {
  await using server = await startMaildropServer({ messages: [message('a')] });
  await using home = await PopfetchHome.create();
  configure(home, server, {});
  await runInProcess(home, ['--once']);
  configure(home, server, { keep: false });
  server.messages = [message('a'), message('b')];
  const { stderr } = await runInProcess(home, ['--once', '-v']);
  assert.match(stderr, /level=info msg=deleted .* uidl=a .*reason=delivered/);
  assert.doesNotMatch(stderr, /msg=deleted .* uidl=b /);
  assert.deepEqual(uids(server), []);
});

test('first: new takes what is there for seen, fetches what comes later, and deletes only that', async () => {
  await using server = await startMaildropServer({ messages: [message('old')] });
  await using home = await PopfetchHome.create();
  configure(home, server, { first: 'new', keep: false });
  assert.equal((await runInProcess(home, ['--once'])).status, 0);
  server.messages = [message('old'), message('new')];
  assert.equal((await runInProcess(home, ['--once'])).status, 0);
  assert.equal((await runInProcess(home, ['--once'])).status, 0);
  assert.equal(stored(home), 1);
  assert.deepEqual(uids(server), ['old']);
});

test('first: new on an empty maildrop fetches what comes later', async () => {
  await using server = await startMaildropServer();
  await using home = await PopfetchHome.create();
  configure(home, server, { first: 'new' });
  await runInProcess(home, ['--once']);
  server.messages = [message('new')];
  await runInProcess(home, ['--once']);
  assert.equal(stored(home), 1);
});

test('status and history tell how the accounts are', async () => {
  await using server = await startMaildropServer({ messages: [message('a'), message('b')] });
  await using home = await PopfetchHome.create();
  configure(home, server, { limit: 1 });
  const before = await runInProcess(home, ['status', '--max-age', '1d']);
  assert.equal(before.status, 69);
  assert.match(before.stdout, /^a +never +- +0 +-/m);
  await runInProcess(home, ['--once']);
  const { status, stdout } = await runInProcess(home, ['status', '--max-age', '1d']);
  assert.equal(status, 0);
  assert.match(stdout, /^ACCOUNT {2}LAST POLL {5}RESULT {12}NEW 24H {2}ON SERVER {11}NEXT$/m);
  assert.match(stdout, /^a {8}just now {6}ok {22}\d {2}2, \d+ B {12} *-$/m);
  assert.match(stdout, /^a: 1 new message \(\d+ B\) stays on the server: over the limit/m);
  const json = JSON.parse((await runInProcess(home, ['status', '--json'])).stdout) as {
    new24h: number;
  };
  assert.equal(json.new24h, 1);
  configure(home, server, { limit: 1, password: 'wrong' });
  await runInProcess(home, ['--once']);
  assert.match((await runInProcess(home, ['status'])).stdout, /^a .*FAIL login +1 {2}- /m);
  const history = (await runInProcess(home, ['history', 'a'])).stdout.trimEnd().split('\n');
  assert.equal(history.length, 2);
  assert.match(history[0] ?? '', /1 new, \d+ B/);
  assert.match(history[1] ?? '', /FAIL auth/);
});
