import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MaildropMessage, MaildropServer } from '../support/maildrop-server.ts';
import {
  assertDelivered,
  datedMessage,
  day,
  type Life,
  lifeWith,
  message,
  realMessage,
  stored,
  uidlReply,
} from './life.ts';

test('of messages with one unique-id each is delivered, and none is fetched again', async () => {
  await using made = await lifeWith();
  const { life } = made;
  for (const n of [1, 2, 3]) life.arrives(message(n), 'same');
  for (const _ of [1, 2, 3]) assert.equal((await life.poll()).failure, undefined);
  assertDelivered(
    life,
    [1, 2, 3].map((n) => message(n)),
  );
  assert.equal(life.retrievals(), 3);
  life.server.messages = life.server.messages.slice(1);
  await life.poll();
  life.server.messages = life.server.messages.slice(1);
  await life.poll();
  assert.equal(life.retrievals(), 3, 'whichever leaves, the others are known');
  life.arrives(message(4), 'same');
  await life.poll();
  assertDelivered(
    life,
    [1, 2, 3, 4].map((n) => message(n)),
  );
});

test('a message is not taken for the one that had its unique-id alone before', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(message(1), 'same');
  await life.poll();
  life.arrives(message(2), 'same');
  await life.poll();
  assertDelivered(life, [message(1), message(2)]);
  life.server.messages = life.server.messages.slice(1);
  await life.poll();
  await life.poll();
  assertDelivered(life, [message(1), message(2)]);
});

test('nor is the older of the two fetched again when a limit comes between', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(message(1), 'same');
  await life.poll();
  life.server.messages = [];
  life.arrives(message(0));
  life.arrives(message(1), 'same');
  life.arrives(message(2), 'same');
  for (const limit of [1, 1, 1, 1]) await life.poll({ limit });
  assertDelivered(
    life,
    [0, 1, 2].map((n) => message(n)),
  );
});

test('identical copies are delivered as often as they come, with keep: false and a limit too', async () => {
  for (const keep of [true, false]) {
    await using made = await lifeWith();
    const { life } = made;
    for (const _ of [1, 2, 3]) life.arrives(message(1), 'hash of 1');
    for (const _ of [1, 2, 3, 4])
      assert.equal((await life.poll({ keep, limit: keep ? undefined : 1 })).failure, undefined);
    assertDelivered(life, [message(1), message(1), message(1)]);
    assert.equal(life.server.messages.length, keep ? 3 : 0);
  }
});

test('look-alikes that differ in the body only are told apart while not all are stored', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(message(1, 'one body'), 'same');
  life.arrives(message(1, 'another'), 'same');
  await life.poll({ limit: 1 });
  life.server.messages = life.server.messages.slice(1);
  await life.poll();
  await life.poll();
  assertDelivered(life, [message(1, 'one body'), message(1, 'another')]);
  assert.equal(life.retrievals(), 2);
});

test('without UIDL each message comes once, whatever its number is next time', async () => {
  await using made = await lifeWith({ answers: { UIDL: '-ERR what?' } });
  const { life } = made;
  for (const n of [1, 2, 3]) life.arrives(message(n));
  await life.poll();
  life.server.messages = life.server.messages.toReversed();
  life.arrives(message(4));
  life.server.messages = life.server.messages.slice(1);
  await life.poll();
  assertDelivered(
    life,
    [1, 2, 3, 4].map((n) => message(n)),
  );
  assert.equal(life.retrievals(), 4);
  assert.match(life.notices[0] ?? '', /no unique-id for 3 messages/);
});

test('without UIDL and TOP mail is fetched with keep: false only', async () => {
  await using made = await lifeWith({ answers: { UIDL: '-ERR what?', TOP: '-ERR what?' } });
  const { life } = made;
  for (const n of [1, 1, 2]) life.arrives(message(n));
  const { failure } = await life.poll({ keep: true });
  assert.equal(failure?.code, 'protocol');
  assert.match(failure.facts.reason ?? '', /neither unique-ids \(UIDL\) nor headers \(TOP\)/);
  assert.match(failure.facts.hint ?? '', /keep: false/);
  assert.equal(life.retrievals(), 0);
  assert.equal((await life.poll({ keep: false })).failure, undefined);
  assertDelivered(life, [message(1), message(1), message(2)]);
  assert.deepEqual(life.server.messages, []);
  life.arrives(message(2));
  await life.poll({ keep: false });
  assert.equal(life.texts.length, 4, 'the same once more, and after it was deleted, is new');
});

test('a server that was moved delivers nothing again, and what is new', async () => {
  for (const make of [message, realMessage]) {
    await using made = await lifeWith();
    const { life } = made;
    for (let n = 0; n < 20; n++) life.arrives(make(n));
    await life.poll();
    life.server.messages = life.server.messages.map(({ content }, n) => ({
      uid: `moved-${n}`,
      content: `Status: RO\r\nX-UID: ${n}\r\n${String(content)}`,
    }));
    life.server.messages = life.server.messages.slice(2);
    life.arrives(make(20));
    const { failure, counts } = await life.poll();
    assert.equal(failure, undefined);
    assert.equal(counts.new, 1);
    assertDelivered(
      life,
      Array.from({ length: 21 }, (_, n) => make(n)),
    );
    assert.deepEqual(life.notices, [
      'the server changed its unique-ids: 18 messages recognised as stored already and not delivered again, 1 message new',
    ]);
    const before = life.retrievals();
    assert.equal(before, make === realMessage ? 21 : 39, 'a telling header saves the retrieval');
    await life.poll();
    assert.equal(life.retrievals(), before);
  }
});

test('a second message with the header of a stored one is delivered after a move', async () => {
  await using made = await lifeWith();
  const { life } = made;
  for (let n = 0; n < 6; n++) life.arrives(message(n));
  await life.poll();
  life.server.messages = [];
  for (let n = 0; n < 6; n++) life.arrives(message(n, n === 3 ? 'other' : undefined));
  await life.poll();
  assert.equal(life.texts.length, 7);
});

test('recognising goes on where it was cut, or limited', async () => {
  await using made = await lifeWith();
  const { life } = made;
  for (let n = 0; n < 12; n++) life.arrives(message(n));
  await life.poll();
  life.server.messages = life.server.messages.map(({ content }, n) => ({ uid: `m${n}`, content }));
  life.server.faults = { cutAfter: 900 };
  assert.notEqual((await life.poll()).failure, undefined);
  life.server.faults = {};
  for (const _ of [1, 2, 3, 4]) await life.poll({ limit: 4 });
  assert.equal(life.texts.length, 12);
  assert.equal(life.present, 12);
});

test('a unique-id that comes back within 30 days is known, after them it is new', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(message(1), 'u');
  await life.poll();
  const there = life.server.messages;
  for (const [days, times] of [
    [20, 1],
    [31, 2],
  ] as const) {
    life.server.messages = [];
    await life.poll();
    life.now += days * day;
    await life.poll();
    life.server.messages = there;
    await life.poll();
    assert.equal(life.texts.length, times, `${days} days`);
  }
});

test('another message with a unique-id that left is new, and the same one is not', async () => {
  for (const keep of [true, false]) {
    await using made = await lifeWith();
    const { life } = made;
    life.arrives(message(1), 'u');
    await life.poll({ keep });
    life.server.messages = [];
    await life.poll({ keep });
    for (const n of [2, 2, 1]) {
      life.server.messages = [];
      await life.poll({ keep });
      life.arrives(message(n), 'u');
      await life.poll({ keep });
    }
    assertDelivered(life, [message(1), message(2)]);
  }
});

test('another message with a unique-id that left is still new after a run that left it for later', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(message(1), 'u');
  await life.poll({ keep: false });
  life.arrives(message(2));
  life.arrives(message(3), 'u');
  for (const _ of [1, 2, 3]) await life.poll({ keep: false, limit: 1 });
  assertDelivered(
    life,
    [1, 2, 3].map((n) => message(n)),
  );
});

test('a server that lists nothing while it is moved delivers nothing again', async () => {
  await using made = await lifeWith();
  const { life } = made;
  for (let n = 0; n < 6; n++) life.arrives(message(n));
  await life.poll();
  const there = life.server.messages;
  life.server.messages = [];
  await life.poll();
  life.server.messages = there.map(({ content }, n) => ({ uid: `m${n}`, content }));
  await life.poll();
  assert.equal(life.texts.length, 6);
});

test('what its header shows to be stored is not fetched, although it shares its unique-id now', async () => {
  await using made = await lifeWith();
  const { life } = made;
  life.arrives(realMessage(0), 'same');
  for (let n = 1; n < 6; n++) life.arrives(message(n));
  await life.poll();
  const there = life.server.messages;
  life.server.messages = [];
  await life.poll();
  life.server.messages = there;
  life.arrives(message(6), 'same');
  await life.poll();
  assert.equal(life.texts.length, 7);
});

test('what is recognised after a move leaves the server once keep is false', async () => {
  for (const make of [message, realMessage]) {
    await using made = await lifeWith();
    const { life } = made;
    for (let n = 0; n < 6; n++) life.arrives(make(n));
    await life.poll();
    life.server.messages = [];
    for (let n = 0; n < 7; n++) life.arrives(make(n));
    assert.equal((await life.poll({ keep: false })).failure, undefined);
    assert.equal(life.texts.length, 7);
    assert.deepEqual(life.server.messages, []);
    const deletions = life.server.sessions.flatMap(({ commands }) =>
      commands.filter((line) => line.startsWith('DELE')),
    );
    assert.equal(deletions.length, 7);
  }
});

test('a maildrop that is listed in windows is emptied in one run, politely', async () => {
  for (const [capabilities, sessions] of [
    [['TOP', 'UIDL', 'PIPELINING', 'EXPIRE 0'], 5],
    [['TOP', 'UIDL', 'PIPELINING', 'EXPIRE 0', 'LOGIN-DELAY 60'], 1],
  ] as const) {
    await using made = await lifeWith({}, [...capabilities]);
    const { life } = made;
    const all = Array.from({ length: 10 }, (_, n) => ({ uid: `u${n}`, content: message(n) }));
    windowed(life.server, all, 3);
    const { failure, minimumInterval } = await life.poll();
    assert.equal(failure, undefined);
    assert.equal(life.server.sessions.length, sessions);
    assert.equal(life.texts.length, sessions === 1 ? 3 : 10);
    assert.equal(minimumInterval, sessions === 1 ? 60 : undefined);
    assert.deepEqual(
      life.notices.filter((text) => text.includes('EXPIRE 0')).length,
      1,
      'once a run',
    );
  }
});

test('a maildrop of which the oldest 250 are listed is emptied in one run with keep: false', async () => {
  await using made = await lifeWith();
  const { life } = made;
  const all = Array.from({ length: 620 }, (_, n) => ({ uid: `u${n}`, content: message(n) }));
  windowed(life.server, all, 250);
  assert.equal((await life.poll({ keep: false })).failure, undefined);
  assert.equal(life.texts.length, 620);
  assert.equal(life.server.sessions.length, 3);
});

/** Lists the next few that were not listed yet, as Gmail does. */
function windowed(server: MaildropServer, all: readonly MaildropMessage[], size: number): void {
  let at = 0;
  Object.defineProperty(server, 'messages', {
    get: () => all.slice(at, at + size),
    set: () => {
      at += size;
    },
  });
}

test('a message that breaks the session is tried alone later, and the others flow', async () => {
  await using made = await lifeWith();
  const { life } = made;
  const torn = '+OK\r\nSubject: torn\r\n.\r\nnot a reply';
  for (const n of [1, 2, 3]) life.arrives(message(n));
  life.server.faults = { answers: { 'RETR 2': torn } };
  for (const run of [1, 2, 3, 4, 5]) {
    const { failure, counts } = await life.poll();
    assert.equal(failure?.code, 'protocol', `run ${run}`);
    assert.match(failure.facts.reason ?? '', /breaks off in message uid2, left on the server/);
    assert.equal(counts.wanted - counts.new, 1);
    assertDelivered(life, [message(1), message(3)]);
  }
  const tries = () => life.server.sessions.filter(({ commands }) => commands.includes('RETR 2'));
  assert.equal(tries().length, 3);
  life.server.faults = {};
  life.now += day;
  assert.equal((await life.poll()).failure, undefined);
  assertDelivered(
    life,
    [1, 2, 3].map((n) => message(n)),
  );
});

test('all that broke sessions comes in one run when the server is well again, deleted at once or not', async () => {
  for (const uid of [undefined, 'shared'])
    for (const keep of [true, false]) {
      await using made = await lifeWith();
      const { life } = made;
      const all = [1, 2, 3, 4, 5].map((n) => message(n));
      for (const content of all) life.arrives(content, uid);
      life.server.faults = { answers: { RETR: '+OK\r\nSubject: torn\r\n.\r\nnot a reply' } };
      assert.equal((await life.poll({ keep })).failure?.code, 'protocol');
      life.server.faults = {};
      life.now += day;
      assert.equal((await life.poll({ keep })).failure, undefined);
      assertDelivered(life, all);
      assert.equal(life.server.messages.length, keep ? 5 : 0);
    }
});

test('what comes plainly shorter than it was listed is delivered and named', async () => {
  await using made = await lifeWith({ answers: { LIST: '+OK\r\n1 2000\r\n2 25\r\n.' } });
  const { life } = made;
  life.arrives(message(1));
  life.arrives(message(2));
  assert.equal((await life.poll()).failure, undefined);
  assert.equal(life.texts.length, 2);
  assert.match(life.notices.join(), /less than half of the listed size came: uid1;/);
});

type Step =
  | { readonly kind: 'arrive'; readonly shared: boolean; readonly telling: boolean }
  | { readonly kind: 'leave'; readonly which: number }
  | { readonly kind: 'move' }
  | { readonly kind: 'shuffle' }
  | { readonly kind: 'glitch' }
  | { readonly kind: 'unnamed'; readonly which: number }
  | { readonly kind: 'poll'; readonly cut: number | undefined; readonly limit: number | undefined };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('arrive' as const),
      shared: fc.boolean(),
      telling: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('leave' as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant('move' as const) }),
  fc.record({ kind: fc.constant('shuffle' as const) }),
  fc.record({ kind: fc.constant('glitch' as const) }),
  fc.record({ kind: fc.constant('unnamed' as const), which: fc.nat(255) }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('poll' as const),
      cut: fc.option(fc.integer({ min: 100, max: 4000 }), { nil: undefined }),
      limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    }),
  },
);

const numRuns = process.env.POPFETCH_LONG === '1' ? 3000 : 120;

test('over any history of a maildrop each message is delivered exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(steps, { minLength: 5, maxLength: 30 }),
      fc.boolean(),
      fc.boolean(),
      async (history, keep, hasUidl) => {
        const answers = hasUidl ? {} : { UIDL: '-ERR what?' };
        await using made = await lifeWith({ answers });
        const { life } = made;
        let count = 0;
        for (const step of history) {
          if (step.kind === 'arrive') {
            const make = step.telling ? realMessage : datedMessage;
            const isAlone = !life.server.messages.some(({ uid }) => uid === 'shared');
            if (step.shared && isAlone) await life.poll({ keep });
            life.arrives(make(count++), step.shared ? 'shared' : life.newUid());
          } else await take(step, life, { keep, answers });
        }
        life.server.faults = { answers };
        const last = life.server.messages;
        for (const _ of [1, 2]) assert.equal((await life.poll({ keep })).failure, undefined);
        const texts = life.texts;
        assert.equal(new Set(texts).size, texts.length, 'none twice');
        for (const { content } of last)
          assert.ok(texts.includes(stored(String(content))), 'none lost');
      },
    ),
    { numRuns },
  );
});

async function take(
  step: Exclude<Step, { kind: 'arrive' }>,
  life: Life,
  { keep, answers }: { keep: boolean; answers: Readonly<Record<string, string>> },
): Promise<void> {
  const { server } = life;
  if (step.kind === 'leave') {
    // Nobody can tell that another message has the unique-id of one that was never seen to share it or to leave.
    await life.poll({ keep });
    server.messages = server.messages.filter((_, n) => n !== step.which % server.messages.length);
    await life.poll({ keep });
  } else if (step.kind === 'shuffle') server.messages = server.messages.toReversed();
  else if (step.kind === 'move') {
    server.messages = server.messages.map(({ content }) => ({ uid: life.newUid(), content }));
  } else if (step.kind === 'unnamed') {
    // Nobody can tell which of two has the unique-id that they share while the other has none.
    if (server.messages.filter(({ uid }) => uid === 'shared').length > 1) return;
    const UIDL = uidlReply(server, (number) => (step.which & (1 << (number % 8))) !== 0);
    server.faults = { answers: { UIDL, ...answers } };
    await life.poll({ keep });
    server.faults = { answers };
  } else if (step.kind === 'glitch') {
    const there = server.messages;
    server.messages = [];
    await life.poll({ keep });
    server.messages = there;
  } else if (step.cut === undefined && step.limit === undefined) {
    const foreseen = await life.foreseen({ keep });
    const before = life.texts.length;
    await life.poll({ keep });
    const told = foreseen.filter((line) => line.startsWith('would_deliver'));
    assert.equal(told.length, life.texts.length - before, 'a dry run tells how many come');
  } else {
    server.faults = { answers, ...(step.cut !== undefined && { cutAfter: step.cut }) };
    await life.poll({ keep, limit: step.limit });
    server.faults = { answers };
  }
}
