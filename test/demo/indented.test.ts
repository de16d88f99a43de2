import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indentedResult, indentedTrouble } from '../../src/demo/indented.ts';

test('an indented result line is no longer than it was', () => {
  const line = `demo   nothing new (12 on the server)${' '.repeat(37)}0.0 s`;
  assert.equal(
    indentedResult(line),
    `   demo   nothing new (12 on the server)${' '.repeat(34)}0.0 s`,
  );
});

test('a result line that has no room keeps its two blanks', () => {
  assert.equal(indentedResult('demo   1 new  -> /x/  0.1 s'), '   demo   1 new  -> /x/  0.1 s');
});

test('a long line of trouble is broken between words, below its text', () => {
  const line = `demo   FAIL  cannot write to ${'/a/long/path'.repeat(3)}: no space left on the disk`;
  assert.equal(
    indentedTrouble(line),
    `   demo   FAIL  cannot write to ${'/a/long/path'.repeat(3)}: no space\n` +
      '                left on the disk',
  );
});

test('what the next step shows is not told before', () => {
  const line = 'demo   FAIL  connection lost after 1 of 2 messages; the 1 is stored';
  assert.equal(indentedTrouble(`${line} and will not be fetched again`), `   ${line}`);
});
