import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../src/errors.ts';
import { Capabilities, CapabilityReader } from '../../../../src/source/pop3/wire/capabilities.ts';

test('names are compared in any case, arguments kept', () => {
  const found = new Capabilities([
    'pipelining',
    'Sasl plain  CRAM-MD5',
    'IMPLEMENTATION Shlemazle v302',
    '',
  ]);
  assert.ok(found.has('PIPELINING') && !found.has('UIDL'));
  assert.deepEqual(found.mechanisms, ['PLAIN', 'CRAM-MD5']);
  assert.deepEqual(found.argumentsOf('IMPLEMENTATION'), ['Shlemazle', 'v302']);
  assert.deepEqual(new Capabilities().mechanisms, []);
});

const delays: readonly (readonly [string, unknown])[] = [
  ['LOGIN-DELAY 60', { seconds: 60, perUser: false }],
  ['LOGIN-DELAY 60 USER', { seconds: 60, perUser: true }],
  ['LOGIN-DELAY soon', undefined],
  ['LOGIN-DELAY', undefined],
];
for (const [line, expected] of delays) {
  test(`a login delay is read: ${line}`, () =>
    assert.deepEqual(new Capabilities([line]).loginDelay, expected));
}

const expiries: readonly (readonly [string, unknown])[] = [
  ['EXPIRE 0', { days: 0, perUser: false }],
  ['EXPIRE 30 USER', { days: 30, perUser: true }],
  ['EXPIRE NEVER', { days: 'never', perUser: false }],
  ['EXPIRENEVER', { days: 'never', perUser: false }],
  ['EXPIRE x', undefined],
];
for (const [line, expected] of expiries) {
  test(`an expiry is read: ${line}`, () =>
    assert.deepEqual(new Capabilities([line]).expire, expected));
}

function read(text: string): readonly string[] {
  const reader = new CapabilityReader();
  reader.feed(Buffer.from(text));
  return reader.lines;
}

test('ten thousand capabilities are taken, and one of 64 KB', () => {
  assert.equal(read('X-MANY of them\r\n'.repeat(10_000)).length, 10_000);
  assert.equal(read(`X-${'y'.repeat(65_000)}\r\n`)[0]?.length, 65_002);
});

test('a list of capabilities without end is a failure, not our memory', () => {
  assert.throws(
    () => read('X-MANY of them\r\n'.repeat(100_000)),
    (error) => error instanceof Failure && error.code === 'protocol',
  );
});
