import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/errors.ts';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { messagesOf, never, openSession, retrieveAll, textOf } from './support.ts';

/** The second of two messages comes to an end that may be none; then it is asked for once more, and then this. */
function shortMessage(asked: 'UIDL 2' | 'LIST 2', ...steps: readonly Step[]) {
  const uidl = asked === 'UIDL 2' ? '+OK\r\n1 a\r\n2 b\r\n.\r\n' : '-ERR\r\n';
  const headers: readonly Step[] = [1, 2].flatMap((number) => [
    { expect: `TOP ${number} 0` },
    { send: `+OK\r\nSubject: ${number}\r\n\r\n.\r\n` },
  ]);
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
    { send: uidl },
    ...(asked === 'UIDL 2' ? [] : headers),
    { expect: 'RETR 1' },
    { send: '+OK\r\na\r\n.\r\n' },
    { expect: 'RETR 2' },
    { send: '+OK\r\nhalf\r\n.\r\n' },
    { expect: 'NOOP' },
    // Still text of the message: this server does not byte-stuff.
    { send: '+OK\r\n' },
    { expect: asked },
    ...steps,
    { stall: true },
  ]);
}

for (const [asked, title, answer, wanted] of [
  ['UIDL 2', 'the rest of the message', 'the rest\r\n.', 'the rest'],
  ['UIDL 2', 'what NOOP was answered', '+OK', '+OK'],
  ['UIDL 2', 'the unique-id of another message', '+OK 1 a', '+OK 1 a'],
  ['UIDL 2', 'its number and a guess', '+OK 2 200', '+OK 2 200'],
  ['UIDL 2', 'a refusal', '-ERR', '-ERR'],
  ['UIDL 2', 'an answer, with another behind it', '+OK 2 b\r\n+OK\r\n+OK 2 b', '+OK'],
  ['LIST 2', 'what NOOP was answered', '+OK', '+OK'],
  ['LIST 2', 'the number of another message', '+OK 20 3', '+OK 20 3'],
] as const)
  test(`a message shorter than listed stays in doubt when ${asked} is answered with ${title}, however late that comes`, async () => {
    await using server = await shortMessage(asked, { send: `${answer}\r\n` });
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

for (const [asked, answer] of [
  ['UIDL 2', '+OK 2 b'],
  ['LIST 2', '+OK 2 200'],
  ['LIST 2', '+OK 2'],
  ['LIST 2', '-ERR not one at a time'],
] as const)
  test(`a message shorter than listed is what the server means when ${asked} is answered ${answer}`, async () => {
    await using server = await shortMessage(asked, { send: `${answer}\r\n` });
    await using session = await openSession(server);
    assert.deepEqual([...(await retrieveAll(session)).values()], ['a\r\n', 'half\r\n']);
    assert.deepEqual(server.surprises, []);
  });

for (const [pipelining, count] of [
  ['auto', 1500],
  ['off', 150],
] as const)
  test(`where every message is longer than listed, a question now and then ends the doubt (pipelining ${pipelining})`, async () => {
    const messages = messagesOf(count);
    const wrong = messages.map((_, index) => `${index + 1} 20\r\n`).join('');
    const faults = { answers: { LIST: `+OK\r\n${wrong}.` } };
    await using server = await startMaildropServer({ messages, faults });
    await using session = await openSession(server, { pipelining });
    const listing = await session.list();
    const since = new Set<number | undefined>();
    for await (const retrieval of session.retrieve(listing.messages, never)) {
      await textOf(retrieval);
      if (retrieval.kind === 'message') since.add(retrieval.content.doubtedSince?.number);
    }
    const asked = server.sessions[0]?.commands.filter((command) => /^UIDL \d/.test(command));
    assert.deepEqual(
      asked,
      [...since].map((number) => `UIDL ${number}`),
    );
    assert.ok(since.size > 1 && since.size <= Math.ceil(count / 64), `${since.size}`);
  });

test('a session of messages as long as listed pays nothing for it', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(5) });
  await using session = await openSession(server);
  await retrieveAll(session);
  const lists = server.sessions[0]?.commands.filter((command) => /^(?:LIST|UIDL)/.test(command));
  assert.deepEqual(lists, ['LIST', 'UIDL']);
});
