import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFresh, isUsable } from '../../src/oauth/token.ts';
import { Secret } from '../../src/util/secret.ts';

const minute = 60_000;
const hour = 60 * minute;

/** When it came, how long it lasts, what time it is, whether it may be used. */
const cases: readonly (readonly [lifetime: number | undefined, now: number, fresh: boolean])[] = [
  [hour, 0, true],
  [hour, hour - 6 * minute, true],
  [hour, hour - 5 * minute, false],
  [hour, 3 * hour, false],
  // Our clock was set back: by a little nothing is lost, by more nobody knows how old it is.
  [hour, -minute, true],
  [hour, -hour, false],
  // One that lasts for a minute is good for half of it.
  [minute, 29_000, true],
  [minute, 31_000, false],
  // The server does not say: it is for the mail server to refuse it.
  [undefined, 30 * hour, true],
];

for (const [lifetime, now, fresh] of cases)
  test(`a token for ${lifetime} ms is ${fresh ? 'used' : 'renewed'} ${now} ms after it came`, () => {
    const obtainedAt = Date.parse('2026-11-23T00:00:00Z');
    const expiresAt = lifetime === undefined ? undefined : obtainedAt + lifetime;
    const token = { access: new Secret('a'), refresh: undefined, obtainedAt, expiresAt };
    assert.equal(isFresh(token, obtainedAt + now), fresh);
  });

test('a token that is to be renewed is usable until the last half minute', () => {
  const token = { access: new Secret('a'), refresh: undefined, obtainedAt: 0, expiresAt: hour };
  assert.deepEqual(
    [hour - minute, hour - 30_000, -hour].map((now) => isUsable(token, now)),
    [true, false, false],
  );
});
