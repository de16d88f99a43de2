import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { Life } from './life.ts';

const text = (n: number) => `Subject: m${n}\r\n\r\nbody ${n}\r\n`;
const messages = [1, 2, 3, 4].map((n) => ({ uid: `u${n}`, content: text(n) }));
const stored = (...numbers: number[]) => numbers.map((n) => text(n).replaceAll('\r\n', '\n'));
/** No pipelining: what is behind the cut was not sent. */
const capabilities = ['UIDL', 'TOP', 'USER'];

/** In the second message the line is lost. */
const cutInSecond = {
  rewrite: (octets: Buffer) => {
    const cut = octets.includes('body 2');
    return { octets: cut ? octets.subarray(0, octets.indexOf('body 2')) : octets, cut };
  },
};

test('a message in which the line fails in two runs blocks what lies behind it no longer, and comes once it can', async () => {
  await using server = await startMaildropServer({ messages, capabilities, faults: cutInSecond });
  const life = new Life(server);
  const first = await life.poll({ keep: false });
  assert.equal(first.failure?.code, 'connection_lost', 'once, it may be the line');
  assert.deepEqual(life.texts, stored(1));
  const second = await life.poll({ keep: false });
  assert.equal(second.failure?.facts.uid, 'u2');
  assert.deepEqual(life.texts, stored(1, 3, 4));
  assert.deepEqual(
    server.messages.map(({ uid }) => uid),
    ['u2'],
    'what is not stored stays',
  );
  const third = await life.poll({ keep: false });
  assert.equal(third.failure?.facts.uid, 'u2', 'it is named in each run');
  server.faults = {};
  assert.equal((await life.poll({ keep: false })).failure, undefined);
  assert.deepEqual(life.texts, stored(1, 3, 4, 2));
  assert.deepEqual(server.messages, []);
});

test('a message that the server never begins to send is left behind like one that it never ends', async () => {
  await using server = await startMaildropServer({ messages, capabilities });
  server.faults = {
    rewrite: (octets) => {
      const cut = octets.includes('body 2');
      return { octets: cut ? Buffer.alloc(0) : octets, cut };
    },
  };
  const life = new Life(server);
  await life.poll();
  await life.poll();
  assert.deepEqual(life.texts, stored(1, 3, 4));
});

test('a line that fails once in each of several messages blames none of them', async () => {
  await using server = await startMaildropServer({ messages, capabilities });
  const life = new Life(server);
  for (const n of [1, 2, 3, 4]) {
    server.faults = {
      rewrite: (octets) => {
        const cut = octets.includes(`body ${n}`);
        return { octets: cut ? octets.subarray(0, 9) : octets, cut };
      },
    };
    assert.equal((await life.poll()).failure?.code, 'connection_lost');
  }
  server.faults = {};
  assert.equal((await life.poll()).failure, undefined);
  assert.deepEqual(life.texts, stored(1, 2, 3, 4));
});
