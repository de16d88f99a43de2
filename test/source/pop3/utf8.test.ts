import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import { messagesOf, never, openSession, textOf } from './support.ts';

const usual = ['UIDL', 'USER'];
const login = ['USER joe', 'PASS tanstaaf-5'];

for (const [title, capabilities, answer, heard] of [
  ['offers it', [...usual, 'UTF8'], '+OK', ['CAPA', 'UTF8', ...login]],
  ['offers it in other letters', [...usual, 'Utf8 user'], '+OK', ['CAPA', 'UTF8', ...login]],
  ['offers and refuses it', [...usual, 'UTF8'], '-ERR not today', ['CAPA', 'UTF8', ...login]],
  ['does not offer it', usual, '+OK', ['CAPA', ...login]],
  ['has no CAPA', [], '+OK', ['CAPA', ...login]],
] as const)
  test(`UTF8 mode and a server that ${title}: it is entered before the login or not at all, and each command waits`, async () => {
    await using server = await startMaildropServer({
      capabilities,
      messages: messagesOf(1),
      faults: { answers: { UTF8: answer } },
    });
    await using session = await openSession(server);
    assert.equal((await session.list()).messages.length, 1);
    const [log] = server.sessions;
    assert.deepEqual(log?.commands.slice(0, heard.length), heard);
    assert.ok(log?.segments.slice(0, heard.length).every((count) => count === 1));
    assert.equal(log?.commands.filter((command) => command === 'UTF8').length, heard.length - 3);
  });

test('what is offered in the clear counts for nothing: UTF8 mode is entered inside TLS', async () => {
  await using server = await startMaildropServer({
    tls: 'starttls',
    capabilities: [...usual, 'STLS', 'UTF8'],
    faults: { answers: { UTF8: '+OK' } },
  });
  await using _ = await openSession(server, { tls: 'starttls' });
  assert.equal(server.sessions[0]?.clear, 'STLS\r\n');
  assert.deepEqual(server.sessions[0]?.commands, ['STLS', 'CAPA', 'UTF8', ...login]);
});

for (const [title, capabilities, answer, hint] of [
  ['offered before the login', [...usual, 'UTF8'], '+OK', /which this session was in/],
  ['refused before the login', [...usual, 'UTF8'], '-ERR no', /refused that mode before the login/],
  ['not offered', usual, '+OK', /did not offer that mode before the login/],
] as const)
  test(`a message that takes UTF8 mode, which was ${title}, has not vanished: it is refused with a reason`, async () => {
    const refusal = '-ERR [UTF8] this message takes UTF8 mode';
    await using server = await startMaildropServer({
      capabilities,
      messages: messagesOf(3),
      faults: { answers: { UTF8: answer, 'RETR 2': refusal, 'RETR 3': '-ERR gone' } },
    });
    await using session = await openSession(server);
    const { messages } = await session.list();
    const seen: unknown[] = [];
    for await (const retrieval of session.retrieve(messages, never)) {
      await textOf(retrieval);
      if (retrieval.kind === 'message') seen.push(retrieval.ref.number);
      else {
        const { failure, serverSaid } = retrieval;
        seen.push([retrieval.ref.number, failure?.code, serverSaid]);
        if (failure !== undefined) assert.match(failure.facts.hint ?? '', hint);
      }
    }
    assert.deepEqual(seen, [1, [2, 'retrieve_refused', refusal], [3, undefined, '-ERR gone']]);
  });
