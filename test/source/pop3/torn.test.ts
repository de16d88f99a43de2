import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/errors.ts';
import type { SourceSession } from '../../../src/source/source.ts';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { messagesOf, never, openSession, textOf } from './support.ts';

interface Told {
  /** Messages whose content came to an end. */
  readonly whole: string[];
  readonly failure: Failure | undefined;
}

/** Retrieves everything; what a careful caller would see. */
async function retrieveUntilFailure(opened: SourceSession): Promise<Told> {
  await using session = opened;
  const whole: string[] = [];
  try {
    const { messages } = await session.list();
    for await (const retrieval of session.retrieve(messages, never))
      whole.push(await textOf(retrieval));
    await session.quit();
    return { whole, failure: undefined };
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return { whole, failure: error };
  }
}

/** Two messages listed; what comes after the RETR commands is the test's business. */
function twoMessages(...steps: readonly Step[]) {
  return startScriptedServer([
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: '+OK\r\nPIPELINING\r\nSASL PLAIN\r\n.\r\n' },
    { expect: /^AUTH PLAIN/ },
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { expect: 'STAT' },
    { expect: 'LIST' },
    { expect: 'UIDL' },
    {
      send: '+OK\r\nPIPELINING\r\n.\r\n+OK 2 6\r\n+OK\r\n1 3\r\n2 3\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n',
    },
    { expect: 'RETR 1' },
    { expect: 'RETR 2' },
    { expect: 'NOOP' },
    ...steps,
    { stall: true },
  ]);
}

const first = '+OK\r\na\r\n.\r\n';

test('text behind an early terminator is not taken as a reply: the message before it is in doubt', async () => {
  await using server = await twoMessages({
    send: `${first}+OK\r\nb\r\n.\r\nthe rest\r\n.\r\n+OK\r\n`,
  });
  const { whole, failure } = await retrieveUntilFailure(await openSession(server));
  assert.deepEqual(whole, ['a\r\n', 'b\r\n'], 'the second looked whole');
  assert.equal(failure?.code, 'protocol');
  assert.equal(failure?.facts.serverSaid, 'the rest');
});

test('the same, when the rest comes later and octet by octet', async () => {
  await using server = await twoMessages(
    { send: `${first}+OK\r\nb\r\n.\r\n`, bytewise: true },
    { send: 'x\r\n', bytewise: true },
  );
  assert.equal((await retrieveUntilFailure(await openSession(server))).failure?.code, 'protocol');
});

test('without pipelining too the last message waits for the reply behind it', async () => {
  const faults = { answers: { 'RETR 2': '+OK\r\nb\r\n.\r\nthe rest\r\n.' } };
  await using server = await startMaildropServer({ messages: messagesOf(2), faults });
  const session = await openSession(server, { pipelining: 'off' });
  const { whole, failure } = await retrieveUntilFailure(session);
  assert.equal(whole.length, 2);
  assert.equal(failure?.code, 'protocol');
  assert.ok(!server.sessions[0]?.commands.includes('QUIT'));
});

for (const cut of ['fin', 'rst'] as const) {
  test(`a line lost behind the last message leaves it confirmed (${cut})`, async () => {
    await using server = await twoMessages({ send: `${first}+OK\r\nb\r\n.\r\n` }, { cut });
    const { whole, failure } = await retrieveUntilFailure(await openSession(server));
    if (cut === 'fin') assert.deepEqual(whole, ['a\r\n', 'b\r\n']);
    assert.equal(failure?.code, 'connection_lost');
    assert.equal(failure?.facts.phase, 'retr');
  });
}

test('a line lost inside a message never makes it look whole', async () => {
  await using server = await twoMessages({ send: `${first}+OK\r\nb\r\n.\r` }, { cut: 'fin' });
  const { whole, failure } = await retrieveUntilFailure(await openSession(server));
  assert.deepEqual(whole, ['a\r\n']);
  assert.equal(failure?.code, 'connection_lost');
});

test('a refusal of NOOP confirms as well as its acceptance', async () => {
  await using server = await twoMessages(
    { send: `${first}+OK\r\nb\r\n.\r\n-ERR what?\r\n` },
    { expect: 'QUIT' },
    { send: '+OK\r\n' },
  );
  const { whole, failure } = await retrieveUntilFailure(await openSession(server));
  assert.deepEqual([whole.length, failure], [2, undefined]);
});

for (const pipelining of ['auto', 'off'] as const) {
  test(`cut after every octet, a session gives whole messages or none, and deletes nothing (pipelining ${pipelining})`, async () => {
    const messages = messagesOf(3);
    await using server = await startMaildropServer({ messages });
    let length = 1;
    for (; ; length++) {
      server.faults = { cutAfter: length, cutBy: length % 2 === 0 ? 'fin' : 'rst' };
      const told = await openSession(server, { pipelining }).then(
        retrieveUntilFailure,
        (error: unknown) => {
          assert.ok(error instanceof Failure, String(error));
          return { whole: [], failure: error };
        },
      );
      assert.deepEqual(
        told.whole,
        messages.slice(0, told.whole.length).map(({ content }) => content),
      );
      if (told.failure === undefined) break;
      // A reset may overtake even the news that the connection was made.
      assert.match(told.failure.code, /^(connection_lost|connect)$/, `cut at ${length}`);
    }
    assert.ok(length > 300, `${length}`);
  });
}
