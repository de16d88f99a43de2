import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deletions, type Retention, tooShortExpire } from '../../src/poll/retention.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 10, 22);

/** Five messages of 100 octets, delivered so many days ago; undefined: on the server only. */
const ages: readonly (number | undefined)[] = [40, 30, undefined, 29, 0];
const messages = ages.map((_, at) => ({ uid: `u${at + 1}`, number: at + 1, size: 100 }));
const known = {
  has: (uid: string) => known.deliveredAt(uid) !== undefined,
  deliveredAt: (uid: string) => {
    const age = ages[Number(uid.slice(1)) - 1];
    return age === undefined ? undefined : now - age * day;
  },
};

interface Case extends Partial<Retention> {
  readonly title: string;
  readonly at?: number;
  readonly gone: string;
}

const thirtyDays = { for: 30 * day };

const cases: readonly Case[] = [
  { title: 'keep: true deletes nothing', gone: '' },
  {
    title: 'keep: false deletes whatever is delivered',
    keep: false,
    gone: 'u1 delivered, u2 delivered, u4 delivered, u5 delivered',
  },
  {
    title: 'keep: 30d deletes what was delivered 30 days ago and before',
    keep: thirtyDays,
    gone: 'u1 expired, u2 expired',
  },
  {
    title: 'a clock in doubt deletes nothing for its age',
    keep: thirtyDays,
    isClockSure: false,
    gone: '',
  },
  {
    title: 'a clock set back deletes nothing early',
    keep: thirtyDays,
    at: now - 365 * day,
    gone: '',
  },
  { title: 'a maildrop below its limit is left alone', atMost: { count: 5 }, gone: '' },
  {
    title: 'what is over the limit goes, the oldest first',
    atMost: { count: 4 },
    gone: 'u1 over-quota',
  },
  {
    title: 'a message that is not stored counts but never goes',
    atMost: { count: 1 },
    gone: 'u1 over-quota, u2 over-quota, u4 over-quota, u5 over-quota',
  },
  {
    title: 'octets count as listed',
    atMost: { octets: 250 },
    gone: 'u1 over-quota, u2 over-quota, u4 over-quota',
  },
  { title: 'exactly the limit fits', atMost: { octets: 500 }, gone: '' },
  {
    title: 'what expires makes room first',
    keep: thirtyDays,
    atMost: { count: 2 },
    gone: 'u1 expired, u2 expired, u4 over-quota',
  },
  {
    title: 'a limit needs no clock',
    keep: thirtyDays,
    isClockSure: false,
    atMost: { count: 4 },
    gone: 'u1 over-quota',
  },
];

for (const { title, at = now, gone, ...given } of cases)
  test(title, () => {
    const retention = { keep: true, atMost: undefined, isClockSure: true, ...given };
    const planned = deletions(messages, known, retention, at);
    assert.equal(planned.map(({ ref, because }) => `${ref.uid} ${because}`).join(', '), gone);
  });

test('what was delivered under a clock that stood at 1970 is not expired', () => {
  const stored = { has: () => true, deliveredAt: () => 1000 };
  const retention = { keep: thirtyDays, atMost: undefined, isClockSure: true };
  assert.deepEqual(deletions(messages, stored, retention, now), []);
});

test('a server that keeps mail for a shorter time than the account wants is noticed', () => {
  assert.equal(tooShortExpire({ keep: true }, 60), 60);
  assert.equal(tooShortExpire({ keep: thirtyDays }, 7), 7);
  assert.equal(tooShortExpire({ keep: thirtyDays }, 30), undefined);
  assert.equal(tooShortExpire({ keep: false }, 0), undefined);
  assert.equal(tooShortExpire({ keep: true }, undefined), undefined);
});
