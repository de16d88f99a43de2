import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dueDeletions, type PollPolicy, planPoll } from '../../src/poll/plan.ts';
import { plainPolicy } from '../support/policy.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 10, 22);

const maildrop = (...sizes: readonly number[]) => ({
  messages: sizes.map((size, index) => ({ uid: `u${index + 1}`, number: index + 1, size })),
});
/** Delivered a day ago. */
const delivered = (...uids: readonly string[]) => ({
  has: (uid: string) => uids.includes(uid),
  deliveredAt: (uid: string) => (uids.includes(uid) ? now - day : undefined),
});
const plan = (
  sizes: readonly number[],
  known: ReturnType<typeof delivered>,
  policy: Partial<PollPolicy>,
) => planPoll(maildrop(...sizes), known, { ...plainPolicy, ...policy }, now);
const uids = (refs: readonly { uid: string }[]) => refs.map(({ uid }) => uid);
const reasons = (planned: readonly { ref: { uid: string }; because: string }[]) =>
  planned.map(({ ref, because }) => [ref.uid, because]);

test('what was not seen is retrieved, oldest first, and what was seen stays', () => {
  const made = plan([10, 20, 30], delivered('u2'), {});
  assert.deepEqual(uids(made.retrieve), ['u1', 'u3']);
  assert.deepEqual(made.delete, []);
  assert.equal(made.seen, 1);
  assert.equal(made.onceDelivered, 'leave');
});

test('keep: false deletes what an earlier poll delivered and could not delete any more', () => {
  const made = plan([10, 20], delivered('u2'), { keep: false });
  assert.deepEqual(reasons(made.delete), [['u2', 'delivered']]);
  assert.equal(made.onceDelivered, 'delete');
});

test('a message above maxSize is left and named, one of exactly that size is retrieved', () => {
  const made = plan([100, 101], delivered(), { maxSize: 100 });
  assert.deepEqual(uids(made.retrieve), ['u1']);
  assert.deepEqual(reasons(made.leave), [['u2', 'too-large']]);
});

test('limit counts what is retrieved, not what is too large or seen', () => {
  const made = plan([500, 1, 1, 1, 1], delivered('u2'), { maxSize: 100, limit: 2 });
  assert.deepEqual(uids(made.retrieve), ['u3', 'u4']);
  assert.deepEqual(reasons(made.leave), [
    ['u1', 'too-large'],
    ['u5', 'over-limit'],
  ]);
});

test('maxBytes ends a run before the message that would exceed it', () => {
  const made = plan([40, 40, 40, 10], delivered(), { maxBytes: 100 });
  assert.deepEqual(uids(made.retrieve), ['u1', 'u2']);
  assert.deepEqual(uids(made.leave.map(({ ref }) => ref)), ['u3', 'u4']);
});

test('a message larger than maxBytes is taken by a run of its own, not left for ever', () => {
  assert.deepEqual(uids(plan([500, 1], delivered(), { maxBytes: 100 }).retrieve), ['u1']);
});

test('order says which messages a limit lets through', () => {
  const first = (order: PollPolicy['order']) =>
    uids(plan([20, 10, 30], delivered(), { order, limit: 2 }).retrieve);
  assert.deepEqual(first('oldest'), ['u1', 'u2']);
  assert.deepEqual(first('newest'), ['u3', 'u2']);
  assert.deepEqual(first('smallest'), ['u2', 'u1']);
});

test('on first contact with first: new nothing is retrieved and nothing is deleted', () => {
  const policy = { fetch: 'marked', keep: false, atMost: { count: 1 } } as const;
  const made = plan([10, 20], delivered(), policy);
  assert.deepEqual(made.retrieve, []);
  assert.deepEqual(made.delete, []);
  assert.deepEqual(reasons(made.leave), [
    ['u1', 'first-contact'],
    ['u2', 'first-contact'],
  ]);
});

test('a run that only prunes retrieves nothing and deletes nothing that is not stored', () => {
  const made = plan([10, 20, 30], delivered('u3'), { fetch: 'nothing', atMost: { count: 1 } });
  assert.deepEqual(made.retrieve, []);
  assert.deepEqual(reasons(made.delete), [['u3', 'over-quota']]);
});

test('messages stored in this very run make room too, but only those that went on record', () => {
  const made = plan([10, 10, 10], delivered('u2'), { atMost: { count: 1 } });
  assert.deepEqual(reasons(made.delete), [
    ['u1', 'over-quota'],
    ['u2', 'over-quota'],
  ]);
  assert.deepEqual(reasons(dueDeletions(made, delivered('u2'))), [['u2', 'over-quota']]);
  assert.equal(dueDeletions(made, delivered('u1', 'u2', 'u3')).length, 2);
});

const policies = fc.record({
  keep: fc.oneof(fc.boolean(), fc.record({ for: fc.integer({ min: 1, max: 3 * day }) })),
  atMost: fc.oneof(
    fc.constant(undefined),
    fc.record({ count: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ octets: fc.integer({ min: 1, max: 900 }) }),
  ),
  isClockSure: fc.boolean(),
  maxSize: fc.option(fc.nat(200), { nil: undefined }),
  limit: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  maxBytes: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined }),
  order: fc.constantFrom('oldest' as const, 'newest' as const, 'smallest' as const),
  fetch: fc.constantFrom('all' as const, 'marked' as const, 'nothing' as const),
});

test('every message is planned for at most once, and nothing that is not on record is ever deleted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200)),
      fc.func(fc.constantFrom('delivered', 'marked', 'new')),
      policies,
      (sizes, stateOf, policy) => {
        const listing = maildrop(...sizes);
        const known = {
          has: (uid: string) => stateOf(uid) !== 'new',
          deliveredAt: (uid: string) => (stateOf(uid) === 'delivered' ? now - day : undefined),
        };
        const made = planPoll(listing, known, policy, now);
        const planned = [...made.retrieve, ...made.leave.map(({ ref }) => ref)];
        assert.ok(planned.every(({ uid }) => stateOf(uid) === 'new'));
        assert.equal(new Set(uids(planned)).size, planned.length);
        if (policy.fetch !== 'nothing')
          assert.equal(planned.length + made.seen, listing.messages.length);
        const due = dueDeletions(made, known);
        assert.ok(due.every(({ ref }) => stateOf(ref.uid) === 'delivered'));
        assert.equal(new Set(due.map(({ ref }) => ref.uid)).size, due.length);
      },
    ),
  );
});
