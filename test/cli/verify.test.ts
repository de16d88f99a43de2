import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { messagesIn } from '../destination/mbox/place.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

function maildrop(count = 3): Promise<MaildropServer> {
  const messages = Array.from({ length: count }, (_, index) => ({
    uid: `u${index + 1}`,
    content: `Subject: number ${index + 1}\r\n\r\nbody\r\n`,
  }));
  return startMaildropServer({ messages });
}

function configure(home: PopfetchHome, server: MaildropServer, deliver: unknown, more = {}): void {
  const { host, port, user, password } = server;
  const account = { host, port, tls: 'off', user, password, deliver, ...more };
  home.configure({ accounts: { a: account } });
}

/** The file of the n-th message. */
function fileOf(home: PopfetchHome, folder: string, n: number): string {
  const name = readdirSync(home.path(folder, 'new')).find((each) =>
    readFileSync(home.path(folder, 'new', each), 'latin1').includes(`number ${n}\n`),
  );
  assert.ok(name !== undefined);
  return home.path(folder, 'new', name);
}

test('all is well where everything is stored, in cur/ with flags too', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, home.path('M/'));
  await home.run(['--once']);
  const file = fileOf(home, 'M', 1);
  renameSync(file, `${file.replace('/new/', '/cur/')}:2,S`);
  const run = await runInProcess(home, ['verify']);
  assert.deepEqual(
    [run.status, run.stdout, run.stderr],
    [0, 'a: 3 messages on the server, 3 stored here as delivered\n', ''],
  );
  const json = await runInProcess(home, ['verify', '--json']);
  const end = json.stdout.split('\n').filter((line) => line.includes('verify.end'));
  assert.equal(JSON.parse(end[0] ?? '').ok, true);
});

test('what is gone, changed or not fetched is named, and refetch --missing gets it again', async () => {
  await using server = await maildrop(4);
  await using home = await PopfetchHome.create();
  configure(home, server, home.path('M/'), { limit: 3 });
  await runInProcess(home, ['--once']);
  rmSync(fileOf(home, 'M', 1));
  const changed = fileOf(home, 'M', 2);
  writeFileSync(changed, readFileSync(changed, 'latin1').replace('body', 'b0dy'));
  const run = await runInProcess(home, ['verify', 'a']);
  assert.equal(run.status, 65);
  assert.match(run.stdout, /^a {2}FAIL {2}not found here {2}u1$/m);
  assert.match(run.stdout, /^a {2}FAIL {2}changed since it was delivered {2}u2$/m);
  assert.match(run.stdout, /^a {2}FAIL {2}on the server, not fetched yet {2}u4$/m);
  assert.doesNotMatch(run.stdout, /u3/);
  assert.match(run.stderr, /popfetch state refetch a --missing/);
  const json = await runInProcess(home, ['verify', '--json']);
  assert.deepEqual(
    json.stdout
      .split('\n')
      .filter((line) => line.includes('"verify"'))
      .map((line) => JSON.parse(line))
      .map(({ uidl, state }) => `${uidl} ${state}`)
      .sort(),
    ['u1 missing', 'u2 changed', 'u4 not_stored'],
  );

  const refetched = await runInProcess(home, ['state', 'refetch', 'a', '--missing']);
  assert.match(refetched.stdout, /2 messages forgotten/);
  assert.equal((await runInProcess(home, ['--once', '--limit', '9'])).status, 0);
  const asSent = readdirSync(home.path('M', 'new')).filter((name) =>
    readFileSync(home.path('M', 'new', name), 'latin1').endsWith('\n\nbody\n'),
  );
  assert.equal(asSent.length, 4);
  const after = await runInProcess(home, ['verify']);
  assert.equal(after.status, 0, after.stdout);
});

test('refetch takes unique-ids too, and refuses what it does not know', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, home.path('M/'));
  await runInProcess(home, ['--once']);
  assert.equal((await runInProcess(home, ['state', 'refetch', 'a', 'u2'])).status, 0);
  await runInProcess(home, ['--once']);
  assert.equal(readdirSync(home.path('M', 'new')).length, 4);
  for (const args of [['nope'], [], ['u1', '--missing']])
    assert.equal((await runInProcess(home, ['state', 'refetch', 'a', ...args])).status, 64);
});

test('messages in an mbox are found where they are, and where other mail moved them', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, home.path('mbox'));
  await runInProcess(home, ['--once']);
  assert.equal((await runInProcess(home, ['verify'])).status, 0);
  const text = readFileSync(home.path('mbox'), 'latin1');
  const other = 'From x@y Mon Nov 23 00:00:00 2026\nSubject: other\n\nx\n\n';
  writeFileSync(home.path('mbox'), other + text);
  assert.equal((await runInProcess(home, ['verify'])).status, 0);
  writeFileSync(home.path('mbox'), text.replace('number 2', 'number X'));
  const run = await runInProcess(home, ['verify']);
  assert.equal(run.status, 65);
  assert.match(run.stdout, /not found here {2}u2/);
});

test('what a command took cannot be verified, and is no difference', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, { pipe: ['/bin/cat'] });
  await runInProcess(home, ['--once']);
  const run = await runInProcess(home, ['verify']);
  assert.equal(run.status, 0);
  assert.match(run.stdout, /3 cannot be verified/);
});

test('of two places, the one that lost a message gets it again, and only that one', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  mkdirSync(home.path('mail'));
  configure(home, server, [home.path('mail', 'M/'), home.path('mail', 'mbox')]);
  await runInProcess(home, ['--once']);
  rmSync(fileOf(home, join('mail', 'M'), 2));
  const run = await runInProcess(home, ['verify']);
  assert.equal(run.status, 65);
  assert.match(run.stdout, /not found here {2}u2/);
  await runInProcess(home, ['state', 'refetch', 'a', '--missing']);
  assert.equal((await runInProcess(home, ['--once'])).status, 0);
  assert.equal(readdirSync(home.path('mail', 'M', 'new')).length, 3);
  assert.equal(messagesIn(readFileSync(home.path('mail', 'mbox'), 'latin1')).length, 3);
});

test('what its reader deleted, and is gone from the server too, is counted and no difference', async () => {
  await using server = await maildrop();
  await using home = await PopfetchHome.create();
  configure(home, server, home.path('M/'), { keep: false });
  await runInProcess(home, ['--once']);
  await runInProcess(home, ['--once']);
  rmSync(fileOf(home, 'M', 1));
  const run = await runInProcess(home, ['verify']);
  assert.equal(run.status, 0, run.stdout);
  assert.match(run.stdout, /1 neither here nor on the server any more/);
});

test('a server that cannot be reached is a failure of its own', async () => {
  await using home = await PopfetchHome.create();
  const server = await maildrop();
  configure(home, server, home.path('M/'));
  await runInProcess(home, ['--once']);
  await server[Symbol.asyncDispose]();
  const run = await runInProcess(home, ['verify']);
  assert.equal(run.status, 75);
  assert.match(run.stderr, /FAIL/);
});
