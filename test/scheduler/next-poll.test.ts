import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failuresAfter, nextPollAt, refusalsAfter } from '../../src/scheduler/next-poll.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

interface Case {
  readonly title: string;
  readonly every?: number;
  readonly atLeast?: number;
  readonly failures?: number;
  readonly refusals?: number;
  readonly random?: number;
  /** ms after the last poll's end. */
  readonly wait: number;
}

const cases: readonly Case[] = [
  { title: 'an account that is well comes after its interval', wait: 5 * minute },
  { title: 'the shortest is a tenth below the interval', random: 0, wait: 4.5 * minute },
  { title: 'the longest is a tenth above it', random: 1, wait: 5.5 * minute },
  { title: 'LOGIN-DELAY lengthens a shorter interval', atLeast: 12 * minute, wait: 12 * minute },
  { title: 'LOGIN-DELAY is no reason to come sooner', atLeast: minute, wait: 5 * minute },
  {
    title: 'jitter does not undercut LOGIN-DELAY',
    atLeast: 5 * minute,
    random: 0,
    wait: 5 * minute,
  },
  { title: 'a LOGIN-DELAY of years is cut to a day', atLeast: 900 * day, wait: day },
  { title: 'one failure may be a hiccup', failures: 1, wait: 5 * minute },
  { title: 'two failures in a row double the interval', failures: 2, wait: 10 * minute },
  { title: 'four make it eight times as long', failures: 4, wait: 40 * minute },
  { title: 'back-off ends at an hour', failures: 5, wait: hour },
  { title: 'a thousand failures wait no longer than an hour', failures: 5000, wait: hour },
  {
    title: 'an interval of a day is not shortened by back-off',
    every: day,
    failures: 9,
    wait: day,
  },
  { title: 'two refused logins do not pause', refusals: 2, wait: 5 * minute },
  { title: 'three refused logins pause for an hour', refusals: 3, wait: hour },
  { title: 'jitter does not shorten the pause', refusals: 3, random: 0, wait: hour },
  { title: 'a longer interval outlasts the pause', refusals: 3, every: day, wait: day },
];

for (const { title, wait, random = 0.5, ...rest } of cases)
  test(title, () => {
    const { every = 5 * minute, atLeast = 0, failures = 0, refusals = 0 } = rest;
    const at = nextPollAt({ every, atLeast }, { endedAt: 1e6, failures, refusals }, random);
    assert.equal(Math.round(at), 1e6 + wait);
  });

test('whatever happened, the next poll is due in finite time and not before server and interval allow', () => {
  fc.assert(
    fc.property(
      fc.record({ every: fc.integer({ min: second, max: 30 * day }), atLeast: fc.nat(2 * day) }),
      fc.record({ endedAt: fc.nat(), failures: fc.nat(), refusals: fc.nat() }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (pace, course, random) => {
        const wait = nextPollAt(pace, course, random) - course.endedAt;
        // Adding to a large number and taking it away again rounds.
        const exact = 0.001;
        assert.ok(wait >= pace.every * 0.9 - exact);
        assert.ok(wait >= Math.min(pace.atLeast, day) - exact);
        assert.ok(wait <= 1.1 * Math.max(pace.every, hour, Math.min(pace.atLeast, day)) + exact);
      },
    ),
  );
});

test('only failures of the server or of all mail count for back-off', () => {
  assert.equal(failuresAfter(2, undefined), 0);
  assert.equal(failuresAfter(2, 'connect'), 3);
  assert.equal(failuresAfter(2, 'no_space'), 3);
  assert.equal(failuresAfter(2, 'locked'), 2);
  assert.equal(failuresAfter(2, 'interrupted'), 2);
  assert.equal(failuresAfter(2, 'deliver_perm'), 0);
});

test('refused logins are counted in a row, and trouble on the way to the login does not interrupt the row', () => {
  assert.equal(refusalsAfter(2, { code: 'auth', loggedIn: false }), 3);
  assert.equal(refusalsAfter(2, { code: 'dns', loggedIn: false }), 2);
  assert.equal(refusalsAfter(2, { code: 'connection_lost', loggedIn: true }), 0);
  assert.equal(refusalsAfter(2, { code: undefined, loggedIn: true }), 0);
});
