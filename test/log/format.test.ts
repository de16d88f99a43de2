import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatDuration,
  formatMessageDate,
  formatMoment,
  formatSize,
} from '../../src/log/format.ts';
import { at } from './support.ts';

const sizes: readonly [octets: number, text: string][] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [4049, '4 kB'],
  [4321, '4.3 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [41_200, '41 kB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
  [1_858_800, '1.9 MB'],
  [999_999_999, '1 GB'],
  [2.5e12, '2.5 TB'],
];
for (const [octets, text] of sizes)
  test(`${octets} octets read ${text}`, () => assert.equal(formatSize(octets), text));

const durations: readonly [ms: number, text: string][] = [
  [-5, '0.0 s'],
  [812, '0.8 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [3_605_000, '1 h'],
  [93_600_000, '1 d 2 h'],
  [90_061_000, '1 d 1 h'],
];
for (const [ms, text] of durations)
  test(`${ms} ms read ${text}`, () => assert.equal(formatDuration(ms), text));

test('a moment of another day carries its date', () => {
  assert.equal(formatMoment(at(9, 5), at(23, 59)), '09:05');
  assert.equal(formatMoment(at(9, 5, 1), at(0, 0, 2)), '1 Nov 09:05');
});

test('the date of a message takes twelve columns, with the time in the same year only', () => {
  const now = at(12, 0);
  assert.equal(formatMessageDate(at(6, 51), now), '22 Nov 06:51');
  assert.equal(formatMessageDate(at(6, 51, 2), now), ' 2 Nov 06:51');
  assert.equal(formatMessageDate(new Date(2019, 11, 24).getTime(), now), '24 Dec  2019');
  assert.equal(formatMessageDate(undefined, now).length, 12);
});
