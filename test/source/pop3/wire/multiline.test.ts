import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, constantFrom, assert as holds, integer, property, uint8Array } from 'fast-check';
import { type Content, MultilineDecoder } from '../../../../src/source/pop3/wire/multiline.ts';

/** Decodes chunk after chunk; what was not consumed when the reply ended is the rest. */
function decode(chunks: readonly Buffer[]): { text: string; rest: string | undefined } {
  const decoder = new MultilineDecoder();
  const slices: Content[] = [];
  for (const [index, chunk] of chunks.entries()) {
    const behind = decoder.decode(chunk, 0, slices);
    if (behind !== undefined) {
      const rest = Buffer.concat([chunk.subarray(behind), ...chunks.slice(index + 1)]);
      return { text: textOf(slices), rest: rest.toString('latin1') };
    }
  }
  return { text: textOf(slices), rest: undefined };
}

function textOf(slices: readonly Content[]): string {
  for (const { octets } of slices) assert.ok(octets.length > 0, 'no empty slices');
  return Buffer.concat(slices.map(({ octets }) => octets)).toString('latin1');
}

function bytes(text: string): Buffer[] {
  return Array.from(Buffer.from(text, 'latin1'), (octet) => Buffer.from([octet]));
}

const long = 'y'.repeat(1024 * 1024);
const vectors: readonly (readonly [string, string, string])[] = [
  ['an empty message', '.\r\n', ''],
  ['one line', 'a\r\n.\r\n', 'a\r\n'],
  ['a line that is one dot', '..\r\n.\r\n', '.\r\n'],
  ['exactly one dot is removed', '...\r\n.\r\n', '..\r\n'],
  ['a dot before text that was not stuffed', '.a\r\n.\r\n', 'a\r\n'],
  ['a dot in the first line', '..a\r\nb\r\n.\r\n', '.a\r\nb\r\n'],
  ['dots inside a line', 'a.b.\r\n.\r\n', 'a.b.\r\n'],
  ['a dot behind a bare LF is data', 'a\n.\r\nb\r\n.\r\n', 'a\n.\r\nb\r\n'],
  ['two dots behind a bare LF are data', 'a\n..\r\n.\r\n', 'a\n..\r\n'],
  ['a bare LF at the very start', '\n.\r\n.\r\n', '\n.\r\n'],
  ['a dot and a bare LF do not end it', 'a\r\n.\nb\r\n.\r\n', 'a\r\n\nb\r\n'],
  ['a dot and a bare CR do not end it', 'a\r\n.\rb\r\n.\r\n', 'a\r\n\rb\r\n'],
  ['a dot, two CR and LF do not end it', 'a\r\n.\r\r\n.\r\n', 'a\r\n\r\r\n'],
  ['a dot behind a bare CR is data', 'a\r.\r\n.\r\n', 'a\r.\r\n'],
  ['CR CR LF is a line end', 'a\r\r\n.\r\n', 'a\r\r\n'],
  ['NUL and 8-bit octets', '\0\x80\xff\r\n\0.\r\n.\r\n', '\0\x80\xff\r\n\0.\r\n'],
  ['empty lines', '\r\n\r\n.\r\n', '\r\n\r\n'],
  ['a line of 1 MB', `${long}\r\n.\r\n`, `${long}\r\n`],
];

for (const [title, sent, expected] of vectors) {
  test(`a multi-line reply is decoded exactly: ${title}`, () => {
    const whole = decode([Buffer.from(`${sent}+OK rest`, 'latin1')]);
    assert.ok(
      whole.text === expected && whole.rest === '+OK rest',
      JSON.stringify(whole).slice(0, 200),
    );
    const bytewise = decode(bytes(`${sent}+OK rest`));
    assert.ok(bytewise.text === expected && bytewise.rest === '+OK rest');
    if (sent.length > 1000) return;
    for (let cut = 0; cut <= sent.length; cut++) {
      const octets = Buffer.from(sent, 'latin1');
      const halves = decode([octets.subarray(0, cut), octets.subarray(cut)]);
      assert.deepEqual(halves, { text: expected, rest: '' }, `cut at ${cut}`);
    }
  });
}

test('without its terminator a reply has no end, wherever it stops', () => {
  const sent = Buffer.from('a\r\n..b\r\nc\n.\r\n\r\n.\r\n', 'latin1');
  for (let cut = 0; cut < sent.length; cut++) {
    assert.equal(decode([sent.subarray(0, cut)]).rest, undefined, `cut at ${cut}`);
  }
});

/** The plain definition: a dot at the start of the text or behind CRLF is doubled. */
function stuffed(text: string): string {
  return `${text.replace(/(^|\r\n)\./g, '$1..')}.\r\n`;
}

test('whatever is stuffed comes out as it went in, however it is cut', () => {
  const piece = constantFrom('\r\n', '\r', '\n', '.', '..', 'a', '\0', '\xff', '\r\n.', '\n.\r\n');
  holds(
    property(
      array(piece, { maxLength: 40 }),
      array(integer({ min: 1, max: 7 })),
      (pieces, cuts) => {
        const text = `${pieces.join('')}\r\n`;
        const sent = Buffer.from(stuffed(text), 'latin1');
        const chunks: Buffer[] = [];
        let at = 0;
        for (const length of cuts) {
          chunks.push(sent.subarray(at, at + length));
          at += length;
        }
        const { text: decoded, rest } = decode([...chunks, sent.subarray(at)]);
        assert.deepEqual({ decoded, rest }, { decoded: text, rest: '' });
      },
    ),
    { numRuns: 2000 },
  );
});

test('no octets whatever make it lose or invent any but the dots of stuffing', () => {
  holds(
    property(uint8Array({ maxLength: 300 }), (octets) => {
      const sent = Buffer.from(octets);
      assert.deepEqual(decode([sent]), decode(bytes(sent.toString('latin1'))));
    }),
  );
});
