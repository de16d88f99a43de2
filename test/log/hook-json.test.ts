import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firedHooks } from '../../src/log/hook-json.ts';
import { type AccountEnd, accountEnd, failure } from './support.ts';

const context = { now: 0, run: 'abcd', destinations: ['~/Maildir/'] };
const auth = failure('auth', { serverSaid: '-ERR \u001b[1m\u202eno' });

const cases: readonly [string, AccountEnd, readonly string[]][] = [
  ['nothing new', accountEnd('a', {}), []],
  ['new mail', accountEnd('a', { counts: { new: 3 } }), ['newMail']],
  [
    'new mail before a failure that is not announced',
    accountEnd('a', { counts: { new: 3 }, failure: auth }),
    ['newMail'],
  ],
  [
    'new mail after a failure',
    accountEnd('a', { counts: { new: 3 }, announce: { kind: 'recovered', since: 0, count: 3 } }),
    ['recovered', 'newMail'],
  ],
  ['a failure', accountEnd('a', { failure: auth, announce: { kind: 'failed' } }), ['failure']],
  [
    'a reminder',
    accountEnd('a', {
      failure: auth,
      announce: { kind: 'still-failing', since: 0, count: 9 },
    }),
    ['failure'],
  ],
  ['a failure known already', accountEnd('a', { failure: auth }), []],
  ['a dry run', accountEnd('a', { dryRun: true, counts: { new: 3 } }), []],
];
for (const [title, event, hooks] of cases)
  test(`${title} fires ${hooks.join(' and ') || 'no hook'}`, () => {
    assert.deepEqual(
      firedHooks(event, context).map(({ hook }) => hook),
      hooks,
    );
  });

test("the server's words are in the JSON unharmed and harmless", () => {
  const [fired] = firedHooks(
    accountEnd('a', { failure: auth, announce: { kind: 'failed' } }),
    context,
  );
  assert.match(fired?.json ?? '', /^[\x20-\x7e]+\n$/);
  const { serverSaid } = JSON.parse(fired?.json ?? '') as Record<string, unknown>;
  assert.equal(serverSaid, auth.facts.serverSaid);
});
