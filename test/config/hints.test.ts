import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hookKeys } from '../../src/config/hook-keys.ts';
import { accountKeys, alertKeys, type Key, topKeys } from '../../src/config/keys.ts';
import { problemsIn, withKey } from './support.ts';

type Table = Readonly<Record<string, Key<unknown>>>;

/** A configuration in which one key of a group stands as written, in line 3 and with its value from column 12 on. */
type Place = (key: string, written: string) => string;

const rest = 'accounts: {a: {host: h.example, user: u, password: {env: P}}}';
const pad = (key: string) => `${key}: `.padEnd(20);

const groups: readonly (readonly [name: string, keys: Table, place: Place])[] = [
  ['an account', accountKeys, (key, written) => withKey(pad(key).trimEnd().slice(0, -1), written)],
  ['the top', topKeys, (key, written) => `${key}: ${written}\n${rest}\n`],
  ['alerts', alertKeys, (key, written) => `alerts:\n  ${key}: ${written}\n${rest}\n`],
  ['hooks', hookKeys, (key, written) => `hooks:\n  ${key}: ${written}\n${rest}\n`],
];

/** Of every kind that YAML knows, and what people write when they mean something else. */
const values = [
  '[]',
  '[[a]]',
  '[1]',
  '[a: 1]',
  '{}',
  '{zzz: 1}',
  '{zzz: {a: b}}',
  'true',
  'no',
  'yes',
  '0',
  '-1',
  '3.7',
  '0x1F',
  '007',
  '1e9',
  '99999999999',
  '.inf',
  '~',
  '""',
  '" "',
  'zzz',
  '!zzz',
  '"a\\nb"',
  '"a\\tb"',
  '2026-11-23',
  '5 minutes',
  '100M',
  'a b@c',
  'http://h.example/',
  '%',
  '{ }',
  '"{nobody}"',
];

for (const [name, keys, place] of groups)
  for (const key of Object.keys(keys))
    test(`every wrong value of ${key} in ${name} is shown where it stands, with what to do`, () => {
      let wrong = 0;
      for (const value of values) {
        const text = place(key, value);
        const problems = problemsIn(text);
        if (problems.length > 0) wrong++;
        const lines = text.split('\n');
        const own = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`)) + 1;
        for (const { message, hint, place: where } of problems) {
          const told = `${key}: ${value}\n${message}\n${hint}`;
          assert.ok(where, told);
          assert.ok(hint !== undefined && hint !== '', told);
          if (message.startsWith('not valid YAML') || !/^[\w.]+: /.test(message)) continue;
          assert.equal(where.line, own, told);
          const line = lines[own - 1] ?? '';
          assert.ok(where.column > line.indexOf(key) + key.length, told);
          assert.ok(where.column + where.length - 1 <= line.length + 1, told);
        }
      }
      assert.ok(wrong > 0);
    });

for (const [name, keys, place] of groups)
  test(`a slip in any key of ${name} leads to the key`, () => {
    for (const [key, { example }] of Object.entries(keys)) {
      const swapped = key.slice(0, -2) + (key.at(-1) ?? '') + (key.at(-2) ?? '');
      for (const slip of [swapped, `${key}s`, key.slice(0, -1), key.toUpperCase(), `${key}_`]) {
        // `tlsC` is as near to `tls`.
        const isAmbiguous = Object.keys(keys).some((one) => one !== key && slip.startsWith(one));
        if (slip === key || isAmbiguous) continue;
        const problems = problemsIn(place(slip, example));
        const unknown = problems.find(({ message }) => message.startsWith('unknown key'));
        assert.equal(unknown?.hint, `did you mean "${key}"?`, slip);
      }
    }
  });

test('a key that is like no other leads to the list of them', () => {
  const [problem] = problemsIn(withKey('qqqqq', '1'));
  assert.equal(problem?.hint, 'popfetch help config lists the keys');
});
