import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertStored } from '../interop/stored.ts';
import { openBlackHole } from '../support/black-hole.ts';
import { type MaildropMessage, startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { messages } from './accounts.ts';

const late: MaildropMessage = { uid: 'late', content: 'Subject: late\r\n\r\nlate\r\n' };

test('numbers mean nothing from one session to the next: the right message is fetched and the right ones deleted', async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const configure = (keep: boolean): void =>
    home.configure({ accounts: { ann: accountAt(server, home, { keep }) } });
  configure(true);
  assert.equal((await home.run(['--once'])).status, 0);
  server.messages = [late, ...messages.toReversed()];
  const second = await home.run(['--once']);
  assert.equal(second.status, 0, second.stderr);
  assert.match(second.stdout, /^ann: 1 new, /);
  const [session] = server.sessions.slice(-1);
  assert.deepEqual(
    session?.commands.filter((command) => command.startsWith('RETR')),
    ['RETR 1'],
  );
  const fresh: MaildropMessage = { uid: 'fresh', content: 'Subject: fresh\r\n\r\nfresh\r\n' };
  server.messages = [...messages, fresh, late];
  server.faults = { answers: { 'RETR 4': '-ERR not now' } };
  configure(false);
  assert.equal((await home.run(['--once'])).status, 0);
  assert.deepEqual(server.messages, [fresh], 'what was not delivered stays');
  assertStored(home.path('Maildir'), stored([...messages, late]));
});

test('messages that somebody else deleted, or that were put back, are neither missed nor fetched again', async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  home.configure({ accounts: { ann: accountAt(server, home) } });
  for (const maildrop of [messages, messages.slice(1), [], messages, [late, ...messages]]) {
    server.messages = [...maildrop];
    const run = await home.run(['--once']);
    assert.equal(run.status, 0, run.stderr);
  }
  assertStored(home.path('Maildir'), stored([...messages, late]));
});

test('what a server says does nothing to a terminal, neither on the screen nor in the log', async () => {
  const tricks = '\x1b]0;owned\x07\x1b[2J\x9b31m\x08\xe4';
  await using server = await startMaildropServer({
    messages,
    faults: { answers: { greeting: `-ERR ${tricks}` } },
  });
  await using home = await PopfetchHome.create();
  home.configure({ accounts: { ann: accountAt(server, home) } });
  for (const output of [[], ['-vv'], ['--json']]) {
    const run = await home.run(['--once', ...output]);
    assert.equal(run.status, 75, run.stderr);
    assert.match(run.stdout + run.stderr, /owned/);
    assert.doesNotMatch(run.stdout + run.stderr, /[\0-\x09\x0b-\x1f\x7f-\x9f]/);
  }
});

test('a host that does not exist, or is not reached, is exit status 75 and hurts no other account', async () => {
  await using hole = await openBlackHole('127.0.0.1');
  assert.ok(hole !== undefined);
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const nowhere = accountAt(server, home, { host: 'nowhere.invalid', insecure: true });
  home.configure({
    accounts: {
      nowhere: { ...nowhere, deliver: `${home.path('nowhere')}/` },
      hole: accountAt({ ...server, port: hole.port }, home, { timeout: '1s' }),
      closed: accountAt({ ...server, port: 1 }, home),
      ann: accountAt(server, home),
    },
  });
  const run = await home.run(['--once', '--json']);
  assert.equal(run.status, 75, run.stderr);
  assert.match(run.stderr, /"account":"nowhere".*"code":"dns"/);
  assert.match(run.stderr, /"account":"hole".*"code":"connect".*timed out/);
  assert.match(run.stderr, /"account":"closed".*"code":"connect".*refused/);
  assertStored(home.path('Maildir'), stored(messages));
});

function accountAt(
  server: { readonly port: number; readonly user: string; readonly password: string },
  home: PopfetchHome,
  changes: object = {},
): object {
  const { port, user, password } = server;
  const deliver = `${home.path('Maildir')}/`;
  const usual = { tls: 'off', keep: true, trace: false, timeout: '5s' };
  return { host: '127.0.0.1', port, user, password, deliver, ...usual, ...changes };
}

function stored(all: readonly MaildropMessage[]): { name: string; bytes: Uint8Array }[] {
  return all.map(({ uid, content }) => ({ name: uid, bytes: Buffer.from(content) }));
}
