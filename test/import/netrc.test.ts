import assert from 'node:assert/strict';
import { test } from 'node:test';
import { netrcPassword, parseNetrc } from '../../src/import/netrc.ts';
import { assertNeverCrashes } from './home.ts';

test('the first entry that fits counts, and one for every machine at last', () => {
  const entries = parseNetrc(`# not a machine
machine a.example login joe password one account x
machine a.example
  login ann
  password "two words"
macdef init
  password none

machine b.example password #hash
default login joe password last`);
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['A.example', 'joe', 'one'],
    ['a.example', 'ann', 'two words'],
    ['b.example', 'whoever', '#hash'],
    ['c.example', 'joe', 'last'],
    ['c.example', 'ann', undefined],
  ];
  for (const [machine, login, password] of cases)
    assert.equal(netrcPassword(entries, machine, login), password, `${login}@${machine}`);
});

test('no .netrc, whatever is in it, is a bug', () => {
  const pieces = [
    'machine ',
    'default',
    'login ',
    'password ',
    'macdef x\n',
    '"',
    '\\',
    '#',
    '\n',
    'a ',
  ];
  assertNeverCrashes('netrc', pieces, parseNetrc);
});
