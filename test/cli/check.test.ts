import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const letter = (subject: string) => `Subject: ${subject}\r\n\r\nHello.\r\n`;
const messages = ['one', 'two', 'three'].map((uid) => ({ uid, content: letter(uid) }));

test('check tells what is new and changes nothing, here or there', async () => {
  await using place = await setUp();
  const { home, server } = place;
  const { status, stdout, stderr } = await home.run(['check']);
  assert.deepEqual([status, stdout, stderr], [0, 'box: 3 new of 3, 74 B\n', '']);
  assert.ok(!existsSync(home.stateDir));
  assert.ok(!existsSync(home.path('Maildir')));
  const [session] = server.sessions;
  assert.deepEqual(
    session?.commands.filter((command) => /^(?:RETR|TOP|DELE)/.test(command)),
    [],
  );
  assert.equal(session?.updated, true);
});

test('what was fetched is not new, and a seen list is left as it was', async () => {
  await using place = await setUp();
  const { home, server } = place;
  assert.equal((await runInProcess(home, ['once', '--limit', '2'])).status, 0);
  assert.equal((await runInProcess(home, ['check'])).stdout, 'box: 1 new of 3, 26 B\n');
  assert.equal((await runInProcess(home, ['once'])).status, 0);
  server.messages.pop();
  const { status, stdout } = await runInProcess(home, ['check']);
  assert.deepEqual([status, stdout], [0, 'box: nothing new of 2\n']);
});

test('with --exit-code the status is 0 for new mail and 1 for none', async () => {
  await using place = await setUp();
  const { home, server } = place;
  const ask = async () => (await runInProcess(home, ['check', '--exit-code', '--quiet'])).status;
  assert.equal(await ask(), 0);
  server.messages = [];
  assert.equal(await ask(), 1);
  server.faults = { answers: { PASS: '-ERR [AUTH] no', AUTH: '-ERR [AUTH] no' } };
  assert.equal(await ask(), 77);
});

test('with --count nothing but the number of new messages is printed', async () => {
  await using place = await setUp();
  assert.equal((await runInProcess(place.home, ['check', '--count'])).stdout, '3\n');
});

test('a message over maxSize is not called new, and not kept quiet about; a limit hides nothing', async () => {
  await using place = await setUp({ maxSize: '100B', limit: 1 });
  const { home, server } = place;
  server.messages.push({ uid: 'large', content: letter('x'.repeat(200)) });
  const { stdout } = await runInProcess(home, ['check']);
  assert.equal(stdout, 'box: 3 new of 4, 74 B (1 larger than maxSize)\n');
  server.messages = server.messages.slice(3);
  const { status, stdout: after } = await runInProcess(home, ['check', '--exit-code']);
  assert.deepEqual([status, after], [1, 'box: nothing new of 1 (1 larger than maxSize)\n']);
});

test('an account that fails is told on stderr, and the other one is looked at', async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const account = { host, port, user, password, tls: 'off' };
  home.configure({ accounts: { box: account, bad: { ...account, password: 'wrong' } } });
  const { status, stdout, stderr } = await runInProcess(home, ['check']);
  assert.equal(status, 77);
  assert.equal(stdout, 'box: 3 new of 3, 74 B\n');
  assert.match(stderr, /^bad {4}FAIL {2}login refused by 127\.0\.0\.1$/m);
});

test('with --json the counts of account.end and run.end are of new messages', async () => {
  await using place = await setUp();
  const { stdout } = await runInProcess(place.home, ['check', '--json']);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['run.start', 'account.start', 'account.list', 'account.end', 'run.end'],
  );
  assert.deepEqual([events[3]?.ok, events[3]?.new, events[3]?.bytes], [true, 3, 74]);
  assert.deepEqual([events[4]?.ok, events[4]?.new], [true, 3]);
});

async function setUp(more: object = {}) {
  const server = await startMaildropServer({ messages });
  const home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const deliver = `${home.path('Maildir')}/`;
  home.configure({
    accounts: { box: { host, port, user, password, tls: 'off', deliver, ...more } },
  });
  return {
    server,
    home,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
