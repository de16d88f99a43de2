import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clockAfter } from '../../src/state/clock-doubt.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const every = 5 * minute;
const start = Date.UTC(2026, 0, 1);

/** Polls at these times; for each whether the clock was believed. */
function believed(times: readonly number[]): boolean[] {
  let lastPollAt: number | undefined;
  let clockDoubtedAt: number | undefined;
  return times.map((now) => {
    const { isSure, doubtedAt } = clockAfter({ lastPollAt, clockDoubtedAt }, now, every);
    lastPollAt = now;
    clockDoubtedAt = doubtedAt;
    return isSure;
  });
}

const cases: readonly (readonly [string, readonly number[], readonly boolean[]])[] = [
  ['the first poll has nothing to go by', [0, every], [false, true]],
  [
    'a jump forward is believed by the next poll',
    [0, every, 31 * day, 31 * day + every],
    [false, true, false, true],
  ],
  [
    'a jump that is taken back is not',
    [0, every, 31 * day, 2 * every, 3 * every],
    [false, true, false, false, true],
  ],
  [
    'a second jump after one that was taken back is a jump like the first',
    [0, every, 40 * day, 2 * every, 31 * day, 31 * day + every],
    [false, true, false, false, false, true],
  ],
  [
    'a clock at 1970 is not believed when it is set right',
    [-start, -start + every, 0, every],
    [false, true, false, true],
  ],
  [
    'who polls once a week waits for one poll more',
    [0, 7 * day, 14 * day, 21 * day],
    [false, false, true, false],
  ],
  [
    'small corrections do not matter',
    [0, every, every - minute, 2 * every],
    [false, true, true, true],
  ],
];

for (const [title, times, expected] of cases)
  test(title, () => {
    assert.deepEqual(believed(times.map((time) => start + time)), expected);
  });

test('no time is believed that is far from all polls before it, and whoever goes on polling is believed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 * day }), { minLength: 1 }), (times) => {
      const said = believed(times);
      times.forEach((now, at) => {
        const before = times.slice(0, at);
        if (said[at] === true) assert.ok(before.some((time) => time <= now + 10 * minute));
      });
      const last = times.at(-1) ?? 0;
      assert.deepEqual(believed([...times, last + every, last + 2 * every]).slice(-1), [true]);
    }),
  );
});
