import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saslPrep } from '../../src/sasl/saslprep.ts';

/** RFC 4013 §3, and what it says elsewhere. */
const cases: readonly (readonly [string, string, string | undefined])[] = [
  ['a soft hyphen is mapped to nothing', 'I\u00adX', 'IX'],
  ['nothing changes', 'user', 'user'],
  ['case is kept', 'USER', 'USER'],
  ['a feminine ordinal is an a', '\u00aa', 'a'],
  ['a Roman nine is IX', '\u2168', 'IX'],
  ['a control character is forbidden', '\u0007', undefined],
  ['text from right to left ends in a digit', '\u0627\u0031', undefined],
  ['text from right to left with a digit inside', '\u0627\u0031\u0628', '\u0627\u0031\u0628'],
  ['both directions', '\u0627a\u0628', undefined],
  ['other spaces are spaces', 'a\u00a0b\u3000c', 'a b c'],
  ['composed and decomposed are one', 'u\u0308', '\u00fc'],
  ['a private character is forbidden', '\ue000', undefined],
  ['a lone surrogate is forbidden', '\ud800', undefined],
  ['a tag is forbidden', '\u{e0041}', undefined],
  [
    'ASCII is as it was',
    ' ~!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}',
    ' ~!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}',
  ],
];
for (const [title, text, expected] of cases)
  test(`SASLprep: ${title}`, () => assert.equal(saslPrep(text), expected));
