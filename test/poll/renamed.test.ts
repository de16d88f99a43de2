import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertDelivered,
  datedMessage,
  type Life,
  lifeWith,
  message,
  realMessage,
  uidlReply,
} from './life.ts';

function moves(life: Life): void {
  life.server.messages = life.server.messages.map(({ content }) => ({
    uid: life.newUid(),
    content,
  }));
}

function withoutUniqueIds({ server }: Life, ...missing: readonly number[]): void {
  const UIDL = uidlReply(server, (number) => missing.includes(number));
  server.faults = { answers: { UIDL } };
}

for (const [what, make] of [
  ['with a trace and a name', realMessage],
  ['with a date only', datedMessage],
] as const)
  for (const count of [1, 2, 4])
    test(`${count} messages ${what} are not delivered again by a server that was moved`, async () => {
      await using made = await lifeWith();
      const { life } = made;
      const all = Array.from({ length: count }, (_, n) => make(n));
      for (const content of all) life.arrives(content);
      await life.poll();
      moves(life);
      life.arrives(make(9));
      for (const _ of [1, 2]) assert.equal((await life.poll()).failure, undefined);
      assertDelivered(life, [...all, make(9)]);
      const text = `${count === 1 ? '1 message' : `${count} messages`} recognised as stored already`;
      assert.deepEqual(life.notices.filter((notice) => notice.includes(text)).length, 1);
    });

test('a few messages that neither date nor name tell from copies are known after a move if they differ', async () => {
  for (const count of [1, 2]) {
    await using made = await lifeWith();
    const { life } = made;
    const all = Array.from({ length: count }, (_, n) => message(n));
    for (const content of all) life.arrives(content);
    await life.poll();
    moves(life);
    await life.poll();
    // One may have been taken away, and a copy have come.
    assertDelivered(life, count === 1 ? [message(0), message(0)] : all);
  }
});

test('of a few messages nothing new is taken for one that vanished', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(realMessage(1));
  await life.poll();
  life.server.messages = [];
  const alike = `${realMessage(1).trimEnd()} but another\r\n`;
  for (const content of [alike, realMessage(2), realMessage(1), realMessage(1)])
    life.arrives(content);
  await life.poll();
  await life.poll();
  assertDelivered(life, [realMessage(1), realMessage(1), realMessage(2), alike]);
});

test('what vanished from an empty listing is known when it comes back under new unique-ids', async () => {
  await using made = await lifeWith();
  const { life } = made;
  for (const n of [1, 2]) life.arrives(realMessage(n));
  await life.poll();
  const there = life.server.messages;
  life.server.messages = [];
  await life.poll();
  life.server.messages = there;
  moves(life);
  for (const limit of [1, undefined]) await life.poll({ limit });
  assertDelivered(life, [realMessage(1), realMessage(2)]);
});

test('recognising a few goes on where it was cut', async () => {
  for (let cutAfter = 100; cutAfter < 1000; cutAfter += 60) {
    await using made = await lifeWith();
    const { life } = made;
    for (const n of [1, 2, 3]) life.arrives(datedMessage(n));
    await life.poll();
    moves(life);
    life.server.faults = { cutAfter };
    await life.poll();
    life.server.faults = {};
    for (const _ of [1, 2]) assert.equal((await life.poll()).failure, undefined);
    assertDelivered(
      life,
      [1, 2, 3].map((n) => datedMessage(n)),
    );
  }
});

test('a server that is moved although a unique-id of the old one is given again delivers only that which is new', async () => {
  await using made = await lifeWith();
  const { life } = made;
  for (let n = 0; n < 20; n++) life.arrives(realMessage(n), `${n}`);
  await life.poll();
  life.server.messages = life.server.messages.map(({ content }, n) => ({
    uid: `${19 + n}`,
    content,
  }));
  life.arrives(realMessage(30));
  await life.poll();
  assert.equal(life.texts.length, 21);
});

for (const make of [message, realMessage])
  test(`unique-ids that are missing now and then cost nothing, with ${make.name}`, async () => {
    await using made = await lifeWith();
    const { life } = made;
    for (const n of [1, 2, 3, 4]) life.arrives(make(n));
    for (const missing of [[2, 3], [], [1], [], [1, 2, 3, 4], []]) {
      withoutUniqueIds(life, ...missing);
      assert.equal((await life.poll()).failure, undefined);
    }
    life.arrives(make(5));
    life.arrives(make(5));
    withoutUniqueIds(life);
    for (const _ of [1, 2]) await life.poll();
    assertDelivered(
      life,
      [1, 2, 3, 4, 5, 5].map((n) => make(n)),
    );
  });

test('a copy of what had no unique-id and was deleted is new', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(message(0));
  life.arrives(message(1));
  withoutUniqueIds(life, 2);
  await life.poll({ keep: false });
  life.arrives(message(1));
  life.arrives(message(0));
  withoutUniqueIds(life, 2);
  await life.poll({ keep: false });
  assertDelivered(
    life,
    [0, 0, 1, 1].map((n) => message(n)),
  );
  assert.deepEqual(life.server.messages, []);
});

test('a dry run after a move says what a poll will do', async () => {
  for (const make of [message, datedMessage, realMessage]) {
    await using made = await lifeWith();
    const { life } = made;
    for (const n of [1, 2, 3]) life.arrives(make(n));
    await life.poll();
    moves(life);
    life.arrives(make(4));
    life.arrives(make(1));
    const before = JSON.stringify([...life.records.known]);
    const told = ['would_deliver 4', 'would_deliver 5'];
    assert.deepEqual(await life.foreseen(), told);
    assert.deepEqual(await life.foreseen({ keep: false }), [
      ...told,
      ...[1, 2, 3, 4, 5].map((n) => `would_delete ${n}`),
    ]);
    assert.equal(JSON.stringify([...life.records.known]), before);
    const { counts } = await life.poll();
    assert.equal(counts.new, 2);
  }
});

test('a dry run says what a poll will do where unique-ids are missing now', async () => {
  await using made = await lifeWith();
  const { life } = made;
  for (const n of [1, 2, 3]) life.arrives(message(n));
  await life.poll();
  withoutUniqueIds(life, 2);
  assert.deepEqual(await life.foreseen(), []);
});

test('no unique-id is taken for what else is on record', async () => {
  await using made = await lifeWith();
  const { life } = made;
  const uids = ['churn', 'vanished', 'unnamed', 'shared same', 'shared', 'open', '#headers'];
  const all = [...uids, 'same', 'same'].map((uid, n) => ({ uid, content: realMessage(n) }));
  life.server.messages = all.slice(-2);
  await life.poll();
  life.server.messages = [];
  for (const _ of [1, 2]) await life.poll();
  life.server.messages = all;
  for (const _ of [1, 2]) await life.poll();
  assertDelivered(
    life,
    all.map(({ content }) => content),
  );
});
