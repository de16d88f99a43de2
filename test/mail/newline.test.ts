import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CrlfToLf } from '../../src/mail/newline.ts';

describe('turning CRLF into LF', () => {
  const cases: readonly [string, string][] = [
    ['', ''],
    ['a\r\nb\r\n', 'a\nb\n'],
    ['a\rb', 'a\rb'],
    ['a\nb', 'a\nb'],
    ['\r\r\n', '\r\n'],
    ['\r\n\r\n', '\n\n'],
    ['a\r', 'a\r'],
    ['\n\r', '\n\r'],
    ['\0\xff\r\n', '\0\xff\n'],
  ];
  for (const [text, expected] of cases) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(text)}, cut at every point`, () => {
      for (let cut = 0; cut <= text.length; cut++) {
        assert.equal(converted([text.slice(0, cut), text.slice(cut)]), expected);
      }
      assert.equal(converted(text.split('')), expected);
    });
  }

  it('is the same however the message is cut', () => {
    const octet = fc.constantFrom('\r', '\n', 'a', '\0', '.');
    const slices = fc.array(fc.string({ unit: octet, maxLength: 6 }), { maxLength: 8 });
    fc.assert(
      fc.property(slices, (cut) => {
        assert.equal(converted(cut), cut.join('').replaceAll('\r\n', '\n'));
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same for lines of any length', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '.'), maxLength: 4 });
    const long = fc.constantFrom('b'.repeat(76), 'c'.repeat(300), '\r\n'.repeat(200));
    const slices = fc.array(fc.oneof(line, long), { maxLength: 12 });
    fc.assert(
      fc.property(slices, fc.boolean(), (cut, together) => {
        const text = cut.join('\r\n');
        assert.equal(
          converted(together ? [text] : cut.flatMap((one) => [one, '\r\n'])),
          (together ? text : `${text}\r\n`.slice(cut.length === 0 ? 2 : 0)).replaceAll(
            '\r\n',
            '\n',
          ),
        );
      }),
    );
  });

  it('writes at most one octet more than the slice has', () => {
    const newlines = new CrlfToLf();
    const target = new Uint8Array(8);
    assert.equal(newlines.convert(Buffer.from('\r'), target, 0), 0);
    assert.equal(newlines.convert(Buffer.from('ab'), target, 0), 3);
    assert.equal(newlines.finish(target, 3), 3);
  });
});

function converted(slices: readonly string[]): string {
  const newlines = new CrlfToLf();
  const target = Buffer.alloc(slices.join('').length + 1);
  let at = 0;
  for (const slice of slices) at = newlines.convert(Buffer.from(slice, 'latin1'), target, at);
  return target.toString('latin1', 0, newlines.finish(target, at));
}
