import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, property, string } from 'fast-check';
import { printable } from '../../src/util/printable.ts';

test('controls, bidi overrides and lone surrogates become question marks', () => {
  assert.equal(printable('a\u0000\t\r\n\u001b[31m\u007f\u0085\u009bb'), 'a?????[31m???b');
  assert.equal(printable('\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'), '?????????');
  assert.equal(printable('\ud800x\udc00\u2028\u2029'), '?x???');
});

test('other text stays as it is', () => {
  for (const text of ['', 'plain', 'Grüße, 日本, \u{1f4e8}', '\u05d0\u200f', 'a b'])
    assert.equal(printable(text), text);
});

test('whatever comes in, one line of text of the same length comes out', () => {
  check(
    property(string({ unit: 'binary' }), (text) => {
      const shown = printable(text);
      assert.equal(shown.length, text.length);
      assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});
