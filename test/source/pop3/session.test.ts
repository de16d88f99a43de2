import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Retrieval } from '../../../src/source/source.ts';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import {
  codeOf,
  failureOf,
  messagesOf,
  never,
  openSession,
  retrieveAll,
  textOf,
} from './support.ts';

const three = messagesOf(3);

for (const tls of ['off', 'on', 'starttls'] as const) {
  for (const pipelining of ['auto', 'off'] as const) {
    test(`a maildrop is listed, retrieved and emptied (tls ${tls}, pipelining ${pipelining})`, async () => {
      await using server = await startMaildropServer({ messages: three, tls });
      await using session = await openSession(server, { tls, pipelining });
      const fetched = await retrieveAll(session);
      assert.deepEqual(
        [...fetched],
        three.map(({ uid, content }) => [uid, content]),
      );
      const { messages } = await session.list();
      for (const ref of messages.slice(0, 2)) session.delete(ref);
      const outcome = await session.quit();
      assert.deepEqual(
        outcome.deleted.map(({ uid }) => uid),
        ['uid-1', 'uid-2'],
      );
      assert.deepEqual(
        server.messages.map(({ uid }) => uid),
        ['uid-3'],
      );
    });
  }
}

test('a session that is dropped deletes nothing', async () => {
  await using server = await startMaildropServer({ messages: three });
  {
    await using session = await openSession(server);
    const { messages } = await session.list();
    for (const ref of messages) session.delete(ref);
    for await (const _ of session.retrieve(messages, never));
  }
  assert.equal(server.messages.length, 3);
  assert.equal(server.sessions[0]?.updated, false);
});

test('octets arrive exactly, sent one at a time', async () => {
  const content = 'a\r\n..b\r\n.\r\n\n.\r\n\0\xff\rc\r\n';
  await using server = await startMaildropServer({
    messages: [
      { uid: 'odd', content },
      { uid: 'empty', content: '' },
    ],
    faults: { bytewise: true },
  });
  await using session = await openSession(server);
  assert.deepEqual(
    [...(await retrieveAll(session))],
    [
      ['odd', content],
      ['empty', ''],
    ],
  );
  await session.quit();
});

test('a large message comes in slices, and none of it is lost', async () => {
  const content = `${'x'.repeat(5 * 1024 * 1024)}\r\n`;
  await using server = await startMaildropServer({ messages: [{ uid: 'big', content }, ...three] });
  await using session = await openSession(server);
  const fetched = await retrieveAll(session);
  assert.ok(fetched.get('big') === content);
  assert.equal(fetched.size, 4);
});

test('what is not read of a message is skipped', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(20, 100_000) });
  await using session = await openSession(server);
  const { messages } = await session.list();
  const read: string[] = [];
  for await (const retrieval of session.retrieve(messages, never)) {
    if (retrieval.ref.number % 2 === 0) read.push(await textOf(retrieval));
    else if (retrieval.kind === 'message') {
      for await (const _ of retrieval.content) break;
    }
  }
  assert.deepEqual(
    read,
    messagesOf(20, 100_000)
      .filter((_, i) => i % 2 === 1)
      .map(({ content }) => content),
  );
});

test('a content read after moving on fails, instead of looking short', async () => {
  await using server = await startMaildropServer({ messages: three });
  await using session = await openSession(server);
  const { messages } = await session.list();
  const retrievals = session.retrieve(messages, never)[Symbol.asyncIterator]();
  const first: IteratorResult<Retrieval> = await retrievals.next();
  await retrievals.next();
  assert.ok(first.done !== true && first.value.kind === 'message');
  await assert.rejects(textOf(first.value), /moving on/);
});

test('a retrieval that is given up leaves the session in step', async () => {
  await using server = await startMaildropServer({ messages: messagesOf(50, 10_000) });
  await using session = await openSession(server);
  const { messages } = await session.list();
  for await (const { ref } of session.retrieve(messages, never)) {
    if (ref.number === 3) break;
  }
  const [first] = messages;
  assert.ok(first);
  session.delete(first);
  assert.equal((await session.list()).messages.length, 49);
  assert.equal((await retrieveAll(session)).size, 49);
  assert.equal((await session.quit()).deleted.length, 1);
});

test('when told to stop no further message is asked for, and those on their way still come', async () => {
  const messages = messagesOf(2000, 5000);
  await using server = await startMaildropServer({ messages });
  await using session = await openSession(server);
  const listing = await session.list();
  const stop = new AbortController();
  let came = 0;
  for await (const retrieval of session.retrieve(listing.messages, stop.signal)) {
    assert.equal(await textOf(retrieval), messages[came]?.content);
    if (++came === 10) stop.abort();
  }
  const asked = server.sessions[0]?.commands.filter((line) => line.startsWith('RETR')).length;
  assert.equal(came, asked);
  assert.ok(came < 1200, `${came} came`);
  await session.quit();
});

test('without pipelining a stop takes effect behind the current message', async () => {
  await using server = await startMaildropServer({ messages: three });
  await using session = await openSession(server, { pipelining: 'off' });
  const { messages } = await session.list();
  const stop = new AbortController();
  let came = 0;
  for await (const retrieval of session.retrieve(messages, stop.signal)) {
    stop.abort();
    assert.equal(await textOf(retrieval), three[0]?.content);
    came++;
  }
  assert.equal(came, 1);
});

test('nothing to retrieve is nothing to send', async () => {
  await using server = await startMaildropServer();
  await using session = await openSession(server);
  const { messages, complete } = await session.list();
  assert.ok(complete && messages.length === 0);
  for await (const _ of session.retrieve(messages, never)) assert.fail();
  await session.quit();
  assert.ok(!server.sessions[0]?.commands.includes('NOOP'));
});

test('a message that the server refuses is reported, the others come', async () => {
  const answers = { 'RETR 2': '-ERR message is gone' };
  await using server = await startMaildropServer({ messages: three, faults: { answers } });
  await using session = await openSession(server);
  const { messages } = await session.list();
  const kinds: string[] = [];
  for await (const retrieval of session.retrieve(messages, never)) {
    kinds.push(retrieval.kind === 'refused' ? retrieval.serverSaid : retrieval.kind);
  }
  assert.deepEqual(kinds, ['message', '-ERR message is gone', 'message']);
});

test('a server in temporary trouble ends the retrieval', async () => {
  const answers = { 'RETR 2': '-ERR [SYS/TEMP] disk' };
  await using server = await startMaildropServer({ messages: three, faults: { answers } });
  await using session = await openSession(server);
  const failure = await failureOf(retrieveAll(session));
  assert.equal(failure.code, 'sys_temp');
  assert.equal(failure.facts.serverSaid, '-ERR [SYS/TEMP] disk');
  assert.equal(failure.facts.phase, 'retr');
});

test('a deletion that the server refuses is told by quit, the others happen', async () => {
  const answers = { 'DELE 2': '-ERR locked' };
  await using server = await startMaildropServer({ messages: three, faults: { answers } });
  await using session = await openSession(server);
  for (const ref of (await session.list()).messages) session.delete(ref);
  const { deleted, refused } = await session.quit();
  assert.deepEqual(
    deleted.map(({ number }) => number),
    [1, 3],
  );
  assert.deepEqual(
    refused.map(({ ref, serverSaid }) => [ref.number, serverSaid]),
    [[2, '-ERR locked']],
  );
  assert.deepEqual(
    server.messages.map(({ uid }) => uid),
    ['uid-2'],
  );
});

test('deletions go out while messages still come in, and each answer finds its message', async () => {
  const messages = messagesOf(1500, 3000);
  const answers = { 'DELE 700': '-ERR locked' };
  await using server = await startMaildropServer({ messages, faults: { answers } });
  await using session = await openSession(server);
  const listing = await session.list();
  let came = 0;
  for await (const retrieval of session.retrieve(listing.messages, never)) {
    assert.equal(await textOf(retrieval), messages[came++]?.content);
    session.delete(retrieval.ref);
  }
  const { deleted, refused } = await session.quit();
  assert.equal(deleted.length, 1499);
  assert.deepEqual(
    refused.map(({ ref }) => ref.number),
    [700],
  );
  const commands = server.sessions[0]?.commands ?? [];
  const firstDeletion = commands.findIndex((line) => line.startsWith('DELE'));
  assert.ok(firstDeletion < commands.indexOf('RETR 1500'), 'interleaved');
});

for (const [answer, code] of [
  ['-ERR some deleted messages not removed', 'sys_temp'],
  ['-ERR [SYS/PERM] no', 'sys_perm'],
] as const) {
  test(`a refused QUIT leaves it open what was deleted: ${answer}`, async () => {
    const faults = { answers: { QUIT: answer } };
    await using server = await startMaildropServer({ messages: three, faults });
    await using session = await openSession(server);
    const failure = await failureOf(session.quit());
    assert.deepEqual([failure.code, failure.facts.phase], [code, 'quit']);
  });
}

test('a peek gives the header and the first lines', async () => {
  await using server = await startMaildropServer({ messages: three });
  await using session = await openSession(server);
  const [ref] = (await session.list()).messages;
  assert.ok(ref);
  assert.equal(Buffer.from(await session.peek(ref, 1)).toString(), 'Subject: 1\r\n\r\n.dot\r\n');
  server.messages = [];
  assert.equal(await codeOf(session.peek({ ...ref, number: 9 }, 1)), 'retrieve_refused');
});

test('a server whose QUIT removes what was retrieved is recognised by EXPIRE 0', async () => {
  await using server = await startMaildropServer({ capabilities: ['UIDL', 'EXPIRE 0'] });
  await using eager = await openSession(server);
  assert.equal(eager.retrievalRemoves, true);
  await using plain = await startMaildropServer();
  await using session = await openSession(plain);
  assert.equal(session.retrievalRemoves, false);
});

test('a hundred thousand messages are listed', async () => {
  const messages = Array.from({ length: 100_000 }, (_, i) => ({
    uid: `000000016b0${i}`,
    content: '',
  }));
  await using server = await startMaildropServer({ messages });
  await using session = await openSession(server);
  const listing = await session.list();
  assert.deepEqual(
    [listing.messages.length, listing.count, listing.complete],
    [100_000, 100_000, true],
  );
});
