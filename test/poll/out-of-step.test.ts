import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { Life } from './life.ts';

const text = (n: number) => `Subject: m${n}\r\n\r\nbody ${n}\r\n${'a line\r\n'.repeat(3 * n)}`;
const messages = [1, 2, 3].map((n) => ({ uid: `u${n}`, content: text(n) }));
const whole = messages.map(({ content }) => content.replaceAll('\r\n', '\n'));

/** What the server sends when it was asked for all of them at once, up to where the line is lost. */
for (const [what, spoil, delivered] of [
  [
    'swallows the reply behind it',
    (said: string) =>
      said.replace(/(body 1\r\n(?:a line\r\n)+)\./, '$1x.').replace(/\+OK\r\n$/, ''),
    [],
  ],
  [
    'is taken for the one before it',
    (said: string) => `-ERR\r\n${said.replace(/\+OK[^+]*m3.*$/s, '')}`,
    [],
  ],
  ['ends early', (said: string) => said.replace(/(body 2\r\n).*$/s, '$1.\r\n'), whole.slice(0, 1)],
  ['is whole', (said: string) => said.replace(/\+OK\r\n$/, ''), whole],
] as const)
  test(`where a message ${what} and then the line is lost, none is lost, and none delivered twice`, async () => {
    await using server = await startMaildropServer({ messages });
    const life = new Life(server);
    server.faults = {
      rewrite: (octets) => {
        const said = octets.toString('latin1');
        const cut = said.includes('body');
        return { octets: cut ? Buffer.from(spoil(said), 'latin1') : octets, cut };
      },
    };
    const bad = await life.poll({ keep: false });
    assert.equal(bad.failure?.code, 'connection_lost');
    assert.deepEqual(life.texts, delivered);
    assert.equal(life.disk.tmp.size, 0, 'nothing unfinished is left');
    server.faults = {};
    const good = await life.poll({ keep: false });
    assert.equal(good.failure, undefined);
    assert.deepEqual(life.texts.toSorted(), whole);
    assert.deepEqual(server.messages, []);
  });

test('where the listed lengths are all wrong, what the server has confirmed outlives the loss of the line', async () => {
  const many = Array.from({ length: 100 }, (_, at) => ({
    uid: `u${at + 1}`,
    content: text(at + 1),
  }));
  const wrong = many.map((_, at) => `${at + 1} 9999\r\n`).join('');
  const capabilities = ['UIDL', 'TOP', 'USER'];
  await using server = await startMaildropServer({ messages: many, capabilities });
  const answers = { LIST: `+OK\r\n${wrong}.` };
  const life = new Life(server);
  server.faults = {
    answers,
    rewrite: (octets) => ({ octets, cut: octets.includes('Subject: m80\r\n') }),
  };
  assert.equal((await life.poll()).failure?.code, 'connection_lost');
  assert.equal(life.texts.length, 64);
  server.faults = { answers };
  assert.equal((await life.poll()).failure, undefined);
  assert.equal(new Set(life.texts).size, 100);
  assert.equal(life.texts.length, 100);
});
