import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PollPolicy, planPoll } from '../../src/poll/plan.ts';

const maildrop = (...sizes: readonly number[]) => ({
  messages: sizes.map((size, index) => ({ uid: `u${index + 1}`, number: index + 1, size })),
});
const leaveAll: PollPolicy = { keep: true, maxSize: undefined, limit: undefined };
const uids = (refs: readonly { uid: string }[]) => refs.map(({ uid }) => uid);

test('what was not seen is retrieved, oldest first, and what was seen stays', () => {
  const plan = planPoll(maildrop(10, 20, 30), new Set(['u2']), leaveAll);
  assert.deepEqual(uids(plan.retrieve), ['u1', 'u3']);
  assert.deepEqual(plan.delete, []);
  assert.equal(plan.seen, 1);
  assert.equal(plan.onceDelivered, 'leave');
});

test('keep: false deletes what an earlier poll delivered and could not delete any more', () => {
  const plan = planPoll(maildrop(10, 20), new Set(['u2']), { ...leaveAll, keep: false });
  assert.deepEqual(
    plan.delete.map(({ ref, because }) => [ref.uid, because]),
    [['u2', 'delivered']],
  );
  assert.equal(plan.onceDelivered, 'delete');
});

test('a message above maxSize is left and named, one of exactly that size is retrieved', () => {
  const plan = planPoll(maildrop(100, 101), new Set(), { ...leaveAll, maxSize: 100 });
  assert.deepEqual(uids(plan.retrieve), ['u1']);
  assert.deepEqual(
    plan.leave.map(({ ref, because }) => [ref.uid, because]),
    [['u2', 'too-large']],
  );
});

test('limit counts what is retrieved, not what is too large or seen', () => {
  const policy = { ...leaveAll, maxSize: 100, limit: 2 };
  const plan = planPoll(maildrop(500, 1, 1, 1, 1), new Set(['u2']), policy);
  assert.deepEqual(uids(plan.retrieve), ['u3', 'u4']);
  assert.deepEqual(
    plan.leave.map(({ ref, because }) => [ref.uid, because]),
    [
      ['u1', 'too-large'],
      ['u5', 'over-limit'],
    ],
  );
});

test('every message of a listing is planned for exactly once, and nothing unseen is ever deleted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200)),
      fc.func(fc.boolean()),
      fc.record({
        keep: fc.boolean(),
        maxSize: fc.option(fc.nat(200), { nil: undefined }),
        limit: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      }),
      (sizes, has, policy) => {
        const listing = maildrop(...sizes);
        const plan = planPoll(listing, { has }, policy);
        const planned = [...plan.retrieve, ...plan.leave.map(({ ref }) => ref)];
        assert.equal(planned.length + plan.seen, listing.messages.length);
        assert.equal(new Set(uids(planned)).size, planned.length);
        assert.ok(plan.delete.every(({ ref }) => has(ref.uid)));
        assert.ok(planned.every(({ uid }) => !has(uid)));
      },
    ),
  );
});
