import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLine } from '../../../src/destination/mbox/from-line.ts';
import { Quoting } from '../../../src/destination/mbox/quote.ts';

const examples: readonly (readonly [text: string, quoted: string])[] = [
  ['', ''],
  ['From me\n', '>From me\n'],
  ['a\nFrom me\n', 'a\n>From me\n'],
  ['>From me\n>>From me', '>>From me\n>>>From me'],
  ['From\nFrom:\nfrom me\n From me\n', 'From\nFrom:\nfrom me\n From me\n'],
  ['FFrom me\n>x>From me\n', 'FFrom me\n>x>From me\n'],
  ['a\rFrom me\n', 'a\rFrom me\n'],
  ['a\n\nFrom ', 'a\n\n>From '],
  ['a\nFrom', 'a\nFrom'],
];

for (const [text, quoted] of examples)
  test(`${JSON.stringify(text)} is quoted as ${JSON.stringify(quoted)}, wherever it is cut`, () => {
    for (let cut = 0; cut <= text.length; cut++)
      assert.equal(quote([text.slice(0, cut), text.slice(cut)]), quoted, `cut at ${cut}`);
    assert.equal(quote(Array.from(text, (octet) => octet)), quoted);
  });

test('what is quoted has no From line, and gives back what was there', () => {
  const piece = fc.constantFrom('From ', 'From', 'Fr', '>', '\n', ' ', 'x', '\r', '\0');
  const slices = fc.array(fc.array(piece).map((pieces) => pieces.join('')));
  fc.assert(
    fc.property(slices, (parts) => {
      const quoted = quote(parts);
      assert.doesNotMatch(`\n${quoted}`, /\nFrom /);
      assert.equal(quoted.replace(/(^|\n)>(>*From )/g, '$1$2'), parts.join(''));
    }),
    { numRuns: 2000 },
  );
});

test('the From line has the sender without blanks and the time as asctime has it, in UTC', () => {
  const line = (sender: string, ...date: [number, number, number, number, number, number]) =>
    Buffer.from(fromLine(sender, new Date(Date.UTC(...date)))).toString('latin1');
  assert.equal(line('ann@x', 2026, 10, 2, 6, 5, 9), 'From ann@x Mon Nov  2 06:05:09 2026\n');
  assert.equal(line('', 2026, 11, 31, 23, 59, 59), 'From MAILER-DAEMON Thu Dec 31 23:59:59 2026\n');
  assert.equal(line('a b\n\xe9', 2026, 0, 1, 0, 0, 0), 'From a-b-- Thu Jan  1 00:00:00 2026\n');
  assert.ok(line('x'.repeat(9999), 2026, 0, 1, 0, 0, 0).length < 300);
});

function quote(slices: readonly string[]): string {
  let quoted = '';
  const quoting = new Quoting((octets) => {
    quoted += Buffer.from(octets).toString('latin1');
  });
  for (const slice of slices) quoting.take(Buffer.from(slice, 'latin1'));
  quoting.finish();
  return quoted;
}
