import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../src/errors.ts';
import {
  parseDropListing,
  ScanListing,
  UniqueIdListing,
} from '../../../../src/source/pop3/wire/listing.ts';
import { parseStatusLine } from '../../../../src/source/pop3/wire/status.ts';

function join(list: string, uidl: string, step = Number.POSITIVE_INFINITY): UniqueIdListing {
  const scan = new ScanListing();
  feed(scan, list, step);
  const uniqueIds = new UniqueIdListing(scan);
  feed(uniqueIds, uidl, step);
  return uniqueIds;
}

function feed(listing: { feed(slice: Uint8Array): void }, text: string, step: number): void {
  const octets = Buffer.from(text, 'latin1');
  const length = Math.min(step, Math.max(octets.length, 1));
  for (let at = 0; at < octets.length; at += length) listing.feed(octets.subarray(at, at + length));
}

test('listings are joined by message-number', () => {
  const { messages } = join(
    '1 120\r\n2 200\r\n',
    '1 whqtswO00WBw418f9t5JxYwZ\r\n2 QhdPYR:00WBw1Ph7x7\r\n',
  );
  assert.deepEqual(messages, [
    { uid: 'whqtswO00WBw418f9t5JxYwZ', number: 1, size: 120 },
    { uid: 'QhdPYR:00WBw1Ph7x7', number: 2, size: 200 },
  ]);
});

const odd: readonly (readonly [
  string,
  string,
  string,
  readonly (readonly [number, string, number])[],
])[] = [
  ['several blanks', '1   120\r\n', ' 1 \t a \r\n', [[1, 'a', 120]]],
  ['+OK in front of the lines', '+OK 1 120\r\n', '+ok 1 a\r\n', [[1, 'a', 120]]],
  ['text behind the size', '1 120 octets here\r\n', '1 a\r\n', [[1, 'a', 120]]],
  [
    'sizes that are none',
    '1 abc\r\n2\r\n3 -56\r\n4 9223372036854775808\r\n',
    '1 a\r\n2 b\r\n3 c\r\n4 d\r\n',
    [
      [1, 'a', 0],
      [2, 'b', 0],
      [3, 'c', 0],
      [4, 'd', Number.MAX_SAFE_INTEGER],
    ],
  ],
  [
    'another order',
    '2 20\r\n1 10\r\n3 30\r\n',
    '3 c\r\n1 a\r\n2 b\r\n',
    [
      [3, 'c', 30],
      [1, 'a', 10],
      [2, 'b', 20],
    ],
  ],
  [
    '8-bit and strange unique-ids',
    '1 1\r\n2 2\r\n',
    '1 \xfe\xff\r\n2 ../../x\r\n',
    [
      [1, '\xfe\xff', 1],
      [2, '../../x', 2],
    ],
  ],
  [
    'unique-ids with blanks inside stay apart',
    '1 1\r\n2 2\r\n',
    '1 a b\r\n2 a c\r\n',
    [
      [1, 'a b', 1],
      [2, 'a c', 2],
    ],
  ],
  ['a bare LF is part of a line', '1 1\r\n', '1 a\n2 b\r\n', [[1, 'a\n2 b', 1]]],
  [
    'the same unique-id twice',
    '1 1\r\n2 2\r\n',
    '1 a\r\n2 a\r\n',
    [
      [1, 'a', 1],
      [2, 'a', 2],
    ],
  ],
];
for (const [title, list, uidl, expected] of odd) {
  test(`listings are read with patience: ${title}`, () => {
    for (const step of [Number.POSITIVE_INFINITY, 1, 2, 3]) {
      const { messages, malformed, unmatched } = join(list, uidl, step);
      assert.deepEqual(
        messages.map(({ number, uid, size }) => [number, uid, size]),
        expected,
      );
      assert.deepEqual([malformed, unmatched], [0, 0]);
    }
  });
}

const bad: readonly (readonly [string, string])[] = [
  ['no unique-id', '2\r\n'],
  ['a blank unique-id', '2  \r\n'],
  ['no number', 'x abc\r\n'],
  ['number zero', '0 abc\r\n'],
  ['a number glued to text', '2abc\r\n'],
  ['a number without end', `${'9'.repeat(40)} abc\r\n`],
  ['an empty line', '\r\n'],
];
for (const [title, line] of bad) {
  test(`a malformed line is counted and quoted, the others count: ${title}`, () => {
    const { messages, malformed, firstMalformed } = join(
      '1 1\r\n2 2\r\n3 3\r\n',
      `1 a\r\n${line}3 c\r\n`,
    );
    assert.deepEqual(
      messages.map(({ uid }) => uid),
      ['a', 'c'],
    );
    assert.equal(malformed, 1);
    assert.equal(firstMalformed, line.slice(0, -2));
  });
}

test('a message that only one listing has, or that comes twice, is not taken', () => {
  const { messages, unmatched } = join('1 1\r\n2 2\r\n', '1 a\r\n1 again\r\n3 c\r\n');
  assert.deepEqual(messages, [{ uid: 'a', number: 1, size: 1 }]);
  assert.equal(unmatched, 2);
});

test('a unique-id may have 64 KB and no more, in one chunk or many', () => {
  const fits = 'u'.repeat(65_000);
  const tooLong = (error: unknown): boolean =>
    error instanceof Failure && error.code === 'protocol';
  for (const step of [Number.POSITIVE_INFINITY, 1000]) {
    assert.equal(join('1 1\r\n', `1 ${fits}\r\n`, step).messages[0]?.uid, fits);
    assert.throws(() => join('1 1\r\n', `1 ${'u'.repeat(70_000)}\r\n`, step), tooLong);
    assert.throws(() => join('1 1\r\n', `1 ${'u'.repeat(1_000_000)}`, step), tooLong);
  }
});

test('a hundred thousand messages are joined', () => {
  const numbers = Array.from({ length: 100_000 }, (_, index) => index + 1);
  const list = numbers.map((number) => `${number} ${number * 3}\r\n`).join('');
  const uidl = numbers.map((number) => `${number} 000000016b0${number}\r\n`).join('');
  const { messages } = join(list, uidl, 65_536);
  assert.equal(messages.length, 100_000);
  assert.deepEqual(messages[99_999], { uid: '000000016b0100000', number: 100_000, size: 300_000 });
});

test('a drop listing is read, text behind it ignored', () => {
  const parse = (line: string) => {
    const reply = parseStatusLine(line);
    assert.ok(reply);
    return parseDropListing(reply);
  };
  assert.deepEqual(parse('+OK 2 320'), { count: 2, size: 320 });
  assert.deepEqual(parse('+OK 2  320 octets'), { count: 2, size: 320 });
  assert.equal(parse('+OK two messages'), undefined);
});
