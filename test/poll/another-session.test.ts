import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ended, wantsAnotherSession } from '../../src/poll/sessions.ts';

const plain: Ended = {
  delivered: 1,
  deleted: 0,
  listed: 3,
  wasTorn: false,
  hasFailed: false,
  isLimited: false,
  retrievalRemoves: false,
  loginDelay: undefined,
};

const cases: readonly [string, Partial<Ended>, number, boolean][] = [
  ['an ordinary session', {}, 1, false],
  [
    'one of a server that wants time between logins',
    { retrievalRemoves: true, loginDelay: 60 },
    1,
    false,
  ],
  ['one behind which a window moves on', { retrievalRemoves: true }, 7, true],
  ['one that brought nothing', { retrievalRemoves: true, delivered: 0 }, 2, false],
  ['one broken by a message', { wasTorn: true, hasFailed: true }, 1, true],
];

for (const [what, ended, sessions, expected] of cases)
  test(`${what} is ${expected ? 'followed by another' : 'the last'} (session ${sessions})`, () => {
    assert.equal(wantsAnotherSession({ ...plain, ...ended }, sessions, 1), expected);
  });
