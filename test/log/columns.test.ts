import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnsOf, cutTo, inColumns, wrapped } from '../../src/log/columns.ts';

test('wide characters take two columns, combining ones none', () => {
  assert.equal(columnsOf('Grüße'), 5);
  assert.equal(columnsOf('Gru\u0308ße'), 5);
  assert.equal(columnsOf('你好'), 4);
  assert.equal(columnsOf('😀!'), 3);
});

test('a text is cut before the character that does not fit, and filled up', () => {
  assert.equal(cutTo('你好', 3), '你');
  assert.equal(inColumns('你好', 3), '你 ');
  assert.equal(inColumns('ab', 4), 'ab  ');
  assert.equal(inColumns('abcdef', 4), 'abcd');
});

test('lines are broken between words, and within a word that is too long', () => {
  assert.deepEqual([...wrapped('one two three', 7)], ['one two', 'three']);
  assert.deepEqual([...wrapped('abcdefgh ij', 4)], ['abcd', 'efgh', 'ij']);
  assert.deepEqual([...wrapped('', 4)], ['']);
});

test('no broken line is too wide, and none of the text is lost', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', 'ü', '好', '😀', '\u0308') });
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 12 }), (line, width) => {
      const lines = [...wrapped(line, width)];
      assert.ok(lines.every((one) => columnsOf(one) <= width));
      assert.equal(lines.join('').replaceAll(' ', ''), line.replaceAll(' ', ''));
    }),
  );
});
