import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/errors.ts';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { messagesOf, never, openSession, retrieveAll, textOf } from './support.ts';

/** The second of two messages comes to an end that may be none; then this. */
function shortMessage(...steps: readonly Step[]) {
  return startScriptedServer([
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: '-ERR\r\n' },
    { expect: /^USER/ },
    { send: '+OK\r\n' },
    { expect: /^PASS/ },
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: '-ERR\r\n' },
    { expect: 'STAT' },
    { send: '+OK 2 203\r\n' },
    { expect: 'LIST' },
    { send: '+OK\r\n1 3\r\n2 200\r\n.\r\n' },
    { expect: 'UIDL' },
    { send: '+OK\r\n1 a\r\n2 b\r\n.\r\n' },
    { expect: 'RETR 1' },
    { send: '+OK\r\na\r\n.\r\n' },
    { expect: 'RETR 2' },
    { send: '+OK\r\nhalf\r\n.\r\n' },
    { expect: 'NOOP' },
    // Still text of the message: this server does not byte-stuff.
    { send: '+OK\r\n' },
    { expect: 'LIST 2' },
    ...steps,
    { stall: true },
  ]);
}

for (const [title, steps, wanted] of [
  ['the rest of the message', [{ send: 'the rest\r\n.\r\n' }], 'the rest'],
  ['what NOOP was answered', [{ send: '+OK\r\n' }], '+OK'],
  ['the number of another message', [{ send: '+OK 20 3\r\n' }], '+OK 20 3'],
  ['an answer, with another behind it', [{ send: '+OK 2 200\r\n+OK\r\n+OK 2 200\r\n' }], '+OK'],
] as const)
  test(`a message shorter than listed stays in doubt when LIST is answered with ${title}, however late that comes`, async () => {
    await using server = await shortMessage(...steps);
    await using session = await openSession(server, { pipelining: 'off' });
    const told: string[] = [];
    const { messages } = await session.list();
    await assert.rejects(
      async () => {
        for await (const retrieval of session.retrieve(messages, never))
          told.push(await textOf(retrieval));
      },
      (error: unknown) => {
        assert.ok(error instanceof Failure, String(error));
        assert.deepEqual([error.code, error.facts.serverSaid], ['protocol', wanted]);
        return true;
      },
    );
    assert.deepEqual(told, ['a\r\n', 'half\r\n']);
    assert.deepEqual(server.surprises, []);
  });

for (const answer of ['+OK 2 200', '+OK 2', '-ERR one at a time'])
  test(`a message shorter than listed is what the server means when LIST is answered ${answer}`, async () => {
    await using server = await shortMessage({ send: `${answer}\r\n` });
    await using session = await openSession(server);
    assert.deepEqual([...(await retrieveAll(session)).values()], ['a\r\n', 'half\r\n']);
    assert.deepEqual(server.surprises, []);
  });

test('a session without a short message pays nothing for it', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(5) });
  await using session = await openSession(server);
  await retrieveAll(session);
  const lists = server.sessions[0]?.commands.filter((command) => command.startsWith('LIST'));
  assert.deepEqual(lists, ['LIST']);
});
