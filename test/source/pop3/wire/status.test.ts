import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode, parseStatusLine } from '../../../../src/source/pop3/wire/status.ts';

const lines: readonly (readonly [string, string | undefined, string?, string?])[] = [
  ['+OK', 'ok', ''],
  ['+ok hello', 'ok', 'hello'],
  ['+OK\thello', 'ok', 'hello'],
  ['-ERR [IN-USE] locked', 'err', '[IN-USE] locked', 'IN-USE'],
  ['-err [sys/temp/disk] later', 'err', '[sys/temp/disk] later', 'SYS/TEMP/DISK'],
  ['-ERR[AUTH] no', 'err', '[AUTH] no', 'AUTH'],
  ['-ERR [never closed', 'err', '[never closed'],
  ['+', 'continue', ''],
  ['+ AGE=', 'continue', 'AGE='],
  ['', undefined],
  ['OK', undefined],
  ['+OKAY', undefined],
  [' +OK', undefined],
  ['-ERROR', undefined],
];
for (const [line, status, text, code] of lines) {
  test(`the line "${line}" is ${status ?? 'no status line'}`, () => {
    const parsed = parseStatusLine(line);
    assert.equal(parsed?.status, status);
    assert.equal(parsed?.text, text);
    assert.equal(parsed?.code, code);
  });
}

test('response codes are hierarchical, and not prefixes of words', () => {
  const temporary = parseStatusLine('-ERR [SYS/TEMP/disk] later');
  const other = parseStatusLine('-ERR [SYS/TEMPEST] storm');
  assert.ok(temporary && hasCode(temporary, 'SYS/TEMP'));
  assert.ok(other && !hasCode(other, 'SYS/TEMP'));
});
