import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import { failureOf, messagesOf, never, openSession, password, retrieveAll } from './support.ts';

test('commands wait as little as they can: four round trips to the listing, one for the messages', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(300) });
  await using session = await openSession(server);
  await retrieveAll(session);
  await session.quit();
  assert.deepEqual(server.sessions[0]?.segments, [1, 1, 4, 301, 1]);
});

test('PIPELINING that is told only after the login is used from then on', async () => {
  await using server = await startMaildropServer({
    messages: messagesOf(3),
    capabilities: ['UIDL'],
  });
  await using session = await openSession(server);
  await retrieveAll(session);
  assert.ok(server.sessions[0]?.segments.every((count) => count === 1));
});

test('where pipelining is off or not offered each command waits for its answer', async () => {
  for (const more of [{ pipelining: 'off' } as const, {}]) {
    const capabilities = more.pipelining === 'off' ? ['PIPELINING', 'UIDL'] : ['UIDL'];
    await using server = await startMaildropServer({ messages: messagesOf(3), capabilities });
    await using session = await openSession(server, more);
    for (const ref of (await session.list()).messages) session.delete(ref);
    await retrieveAll(session).catch(() => {});
    await session.quit();
    assert.ok(server.sessions[0]?.segments.every((count) => count === 1));
  }
});

test('pipelining can be forced', async () => {
  await using server = await startMaildropServer({
    messages: messagesOf(3),
    capabilities: ['UIDL'],
  });
  await using session = await openSession(server, { pipelining: 'on' });
  await retrieveAll(session);
  assert.deepEqual(server.sessions[0]?.segments.slice(-2), [4, 4]);
});

test('no more than 512 commands and 4 MiB are asked for ahead', async () => {
  await using small = await startMaildropServer({ messages: messagesOf(2000) });
  await using session = await openSession(small);
  assert.equal((await retrieveAll(session)).size, 2000);
  assert.equal(Math.max(...(small.sessions[0]?.segments ?? [])), 512);
  await using large = await startMaildropServer({ messages: messagesOf(12, 1_000_000) });
  await using other = await openSession(large);
  assert.equal((await retrieveAll(other)).size, 12);
  assert.equal(Math.max(...(large.sessions[0]?.segments ?? [])), 4);
});

test('the phases of a session are told in order', async () => {
  await using server = await startMaildropServer({ tls: 'starttls' });
  const phases: string[] = [];
  await using session = await openSession(
    server,
    { tls: 'starttls', host: 'localhost' },
    { onPhase: (phase) => phases.push(phase) },
  );
  await session.list();
  assert.deepEqual(phases, ['dns', 'connect', 'greeting', 'tls', 'capa', 'auth', 'list']);
});

for (const capabilities of [['SASL PLAIN', 'PIPELINING'], ['USER']]) {
  test(`a transcript tells the dialogue without secrets and without mail (${capabilities[0]})`, async () => {
    await using server = await startMaildropServer({ messages: messagesOf(2), capabilities });
    const lines: string[] = [];
    const onTranscript = (direction: string, line: string): number =>
      lines.push(`${direction} ${line}`);
    await using session = await openSession(server, {}, { onTranscript });
    await retrieveAll(session);
    await session.quit();
    const told = lines.join('\n');
    const base64 = Buffer.from(`\0joe\0${password}`).toString('base64');
    for (const secret of [password, base64, 'Subject', 'uid-1'])
      assert.ok(!told.includes(secret), told);
    assert.ok(lines.includes(capabilities[0] === 'USER' ? 'sent PASS ***' : 'sent AUTH PLAIN ***'));
    for (const line of [
      'received +OK ready',
      'sent RETR 2',
      'received +OK 2 84',
      'received (UIDL: 18 octets)',
    ]) {
      assert.ok(lines.includes(line), `${line} in ${told}`);
    }
  });
}

test('a secret that the server repeats is not shown, neither in a transcript nor in a failure', async () => {
  const answers = { PASS: `-ERR login joe with password ${password} failed` };
  await using server = await startMaildropServer({ capabilities: ['USER'], faults: { answers } });
  const lines: string[] = [];
  const failure = await failureOf(
    openSession(server, {}, { onTranscript: (_, line) => lines.push(line) }),
  );
  assert.equal(failure.facts.serverSaid, '-ERR login joe with password *** failed');
  assert.ok(!`${lines.join('\n')}${failure.message}${failure.stack}`.includes(password));
});

test('nothing is retrieved twice when a deletion is queued in the middle', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(30) });
  await using session = await openSession(server);
  const { messages } = await session.list();
  const numbers: number[] = [];
  for await (const { ref } of session.retrieve(messages, never)) {
    numbers.push(ref.number);
    session.delete(ref);
  }
  assert.deepEqual(
    numbers,
    messages.map(({ number }) => number),
  );
  await session.quit();
  assert.equal(server.messages.length, 0);
});
