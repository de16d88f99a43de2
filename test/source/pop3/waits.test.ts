import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Failure } from '../../../src/errors.ts';
import type { Pop3Settings } from '../../../src/source/pop3/settings.ts';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { codeOf, failureOf, messagesOf, never, openSession, textOf } from './support.ts';

/** A whole session: list, retrieve, delete, quit. */
async function wholeSession(
  server: Parameters<typeof openSession>[0],
  more: Partial<Pop3Settings>,
  signal = never,
): Promise<void> {
  await using session = await openSession(server, more, { signal });
  const { messages } = await session.list();
  for await (const retrieval of session.retrieve(messages, never)) {
    await textOf(retrieval);
    session.delete(retrieval.ref);
  }
  await session.quit();
}

const steps: readonly (readonly [string, string])[] = [
  ['greeting', 'greeting'],
  ['CAPA', 'capa'],
  ['AUTH', 'auth'],
  ['STAT', 'list'],
  ['LIST', 'list'],
  ['UIDL', 'list'],
  ['RETR 1', 'retr'],
  ['RETR 2', 'retr'],
  ['NOOP', 'retr'],
  ['DELE 2', 'dele'],
  ['QUIT', 'quit'],
];
for (const [stallAt, phase] of steps) {
  test(`a server that falls silent at ${stallAt} is given up`, async () => {
    for (const pipelining of ['auto', 'off'] as const) {
      await using server = await startMaildropServer({
        messages: messagesOf(2),
        faults: { stallAt },
      });
      const failure = await failureOf(wholeSession(server, { timeout: 60, pipelining }));
      assert.deepEqual([failure.code, failure.facts.phase], ['timeout', phase]);
      assert.deepEqual([failure.facts.seconds, failure.facts.port], [0.06, server.port]);
      assert.equal(server.messages.length, 2);
    }
  });
}

test('a line that comes octet by octet, each in time, is given up where it has no end', async () => {
  await using server = await startScriptedServer([{ send: '+OK ' }, { dripMs: 10 }]);
  const start = performance.now();
  const failure = await failureOf(wholeSession(server, { timeout: 100 }));
  assert.deepEqual([failure.code, failure.facts.seconds], ['timeout', 0.1]);
  assert.ok(performance.now() - start < 2000);
});

test('a server that falls silent in the middle of a message is given up', async () => {
  await using server = await startScriptedServer([
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: '-ERR\r\n' },
    { expect: /^USER/ },
    { send: '+OK\r\n' },
    { expect: /^PASS/ },
    { send: '+OK\r\n' },
    { expect: 'RETR 1' },
    { send: '+OK\r\nhalf a mess' },
    { stall: true },
  ]);
  await using session = await openSession(server, { timeout: 60 });
  const refs = [{ uid: 'a', number: 1, size: 100 }];
  const read = async (): Promise<void> => {
    for await (const retrieval of session.retrieve(refs, never)) await textOf(retrieval);
  };
  assert.equal(await codeOf(read()), 'timeout');
  assert.equal(await codeOf(session.quit()), 'timeout', 'it stays failed');
});

for (const stallAt of ['greeting', 'CAPA', 'AUTH', 'UIDL', 'RETR 2', 'QUIT']) {
  test(`a signal ends the wait at ${stallAt}`, async () => {
    await using server = await startMaildropServer({
      messages: messagesOf(2),
      faults: { stallAt },
    });
    const controller = new AbortController();
    const session = wholeSession(server, {}, controller.signal);
    setTimeout(() => controller.abort(), 30);
    assert.equal(await codeOf(session), 'interrupted');
  });
}

test('a signal that has fired already lets nothing begin', async () => {
  await using server = await startMaildropServer();
  assert.equal(await codeOf(wholeSession(server, {}, AbortSignal.abort())), 'interrupted');
  assert.equal(server.sessions.length, 0);
});

test('a session has a deadline, however busy it is', async () => {
  await using server = await startMaildropServer({
    messages: messagesOf(1),
    faults: { stallAt: 'RETR 1' },
  });
  const failure = await failureOf(wholeSession(server, { sessionDeadline: 80 }));
  assert.deepEqual(
    [failure.code, failure.facts.seconds, failure.facts.phase],
    ['timeout', 0.08, 'retr'],
  );
});

test('the reason of a signal that is a failure is what the session ends in', async () => {
  await using server = await startMaildropServer({ faults: { stallAt: 'CAPA' } });
  const signal = AbortSignal.abort(new Failure('locked', 'stolen'));
  assert.equal(await codeOf(wholeSession(server, {}, signal)), 'locked');
});

test('a slow reader is not timed out while the server waits for it', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(3, 400_000) });
  await using session = await openSession(server, { timeout: 60 });
  const { messages } = await session.list();
  let came = 0;
  for await (const retrieval of session.retrieve(messages, never)) {
    await new Promise((resolve) => setTimeout(resolve, 90));
    assert.equal(
      (await textOf(retrieval)).length,
      400_000 + 'Subject: 1\r\n\r\n.dot\r\n\r\n'.length,
    );
    came++;
  }
  assert.equal(came, 3);
});

test('a session that is over has let go of the signal', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(1), tls: 'starttls' });
  const { signal } = new AbortController();
  await wholeSession(server, { tls: 'starttls', sessionDeadline: 60_000 }, signal);
  await wholeSession(server, { tls: 'starttls' }, signal);
  assert.equal(
    await codeOf(wholeSession(server, { tls: 'on', sessionDeadline: 60_000 }, signal)),
    'tls_handshake',
  );
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});
