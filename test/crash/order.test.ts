import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { poll } from '../../src/poll/poll.ts';
import { freshRemains, Life, type Remains } from './model.ts';

const never = new AbortController().signal;
const context = { emit: () => undefined, stop: never, signal: never, now: () => 0 };

/** On disk, then on record, then off the server: for every message, whatever happened in between. */
function assertOrder({ history }: Remains, uids: readonly string[]): void {
  for (const uid of uids) {
    const at = (prefix: string) =>
      history.findIndex(
        (effect) => effect.startsWith(`${prefix} `) && effect.split(/[ ,]/).includes(uid),
      );
    const visible = at('visible');
    const off = at('off the server');
    if (visible !== -1)
      assert.ok(at('intend') !== -1 && at('intend') < visible, `${uid}: intent first`);
    if (visible !== -1) assert.ok(at('secure') < at('intend'), `${uid}: secured before its intent`);
    if (off !== -1)
      assert.ok(visible !== -1 && visible < at('record'), `${uid}: visible, then on record`);
    if (off !== -1) assert.ok(at('record') < off, `${uid}: on record before it left the server`);
  }
}

function assertExactlyOnce(remains: Remains, uids: readonly string[], keep: boolean): void {
  assert.deepEqual([...remains.visible].sort(), [...uids].sort());
  assert.deepEqual([...remains.seen].sort(), [...uids].sort());
  assert.equal(remains.hidden.size, 0);
  assert.equal(remains.maildrop.size, keep ? uids.length : 0);
}

for (const keep of [true, false])
  test(`killed before any effect with keep: ${keep}, the rerun has every message exactly once`, async () => {
    const uids = Array.from({ length: 130 }, (_, index) => `u${index}`);
    const whole = new Life(freshRemains(uids), 0, () => Promise.resolve());
    await poll(whole.account(keep), context);
    assert.ok(whole.effects > uids.length, 'the model has effects to be killed at');
    for (let killBefore = 1; killBefore <= whole.effects; killBefore += 1 + (killBefore % 7)) {
      const remains = freshRemains(uids);
      const first = new Life(remains, killBefore, () => Promise.resolve());
      assert.ok((await poll(first.account(keep), context)).failure, 'the first life was cut short');
      const second = await poll(
        new Life(remains, 0, () => Promise.resolve()).account(keep),
        context,
      );
      assert.equal(second.failure, undefined);
      assertOrder(remains, uids);
      assertExactlyOnce(remains, uids, keep);
    }
  });

test('the order holds under every interleaving and however often it is killed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
      fc.boolean(),
      async (scheduler, count, kills, keep) => {
        const uids = Array.from({ length: count }, (_, index) => `u${index}`);
        const remains = freshRemains(uids);
        for (const killBefore of [...kills, 0]) {
          const life = new Life(remains, killBefore, () => scheduler.schedule(Promise.resolve()));
          await scheduler.waitFor(poll(life.account(keep), context));
        }
        assertOrder(remains, uids);
        assertExactlyOnce(remains, uids, keep);
      },
    ),
    { numRuns: process.env.POPFETCH_LONG === '1' ? 1000 : 150 },
  );
});
