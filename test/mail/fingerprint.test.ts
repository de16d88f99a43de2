import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fingerprinter, headerPrint } from '../../src/mail/fingerprint.ts';
import {
  headersIdentity,
  isNameless,
  lookAlikes,
  namelessIdentity,
} from '../../src/mail/identity.ts';

function printOf(text: string, size = 1000) {
  const octets = Buffer.from(text, 'latin1');
  const printer = new Fingerprinter();
  for (let at = 0; at < octets.length; at += size) printer.take(octets.subarray(at, at + size));
  return printer.finish();
}

const plain = 'Subject: x\r\nTo: y\r\n\r\nbody\r\n';
const cases: readonly (readonly [string, string, boolean])[] = [
  ['Status', `Status: RO\r\n${plain}`, true],
  ['X-Keywords, folded', `Subject: x\r\nX-KEYWORDS : a\r\n\tb\r\nTo: y\r\n\r\nbody\r\n`, true],
  [
    'X-UID, X-UIDL, X-Status, X-IMAPbase',
    `X-UID: 1\r\nX-UIDL: 2\r\nX-Status: A\r\nX-IMAPbase: 3\r\n${plain}`,
    true,
  ],
  ['Status in the body', 'Subject: x\r\nTo: y\r\n\r\nStatus: RO\r\nbody\r\n', false],
  ['a field that is not theirs', `X-Status-Of: 1\r\n${plain}`, false],
  ['another body', plain.replace('body', 'bodY'), false],
];
for (const [what, text, isSame] of cases)
  test(`a message is ${isSame ? 'the same' : 'another one'} with ${what}`, () => {
    assert.equal(printOf(text).content === printOf(plain).content, isSame);
  });

test('a fingerprint does not depend on how the message is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('\r', '\n', 'a', ':', ' ', 'Status: x\r\n') });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (message, size) => {
      assert.deepEqual(printOf(message, size), printOf(message));
    }),
  );
});

test('the header has the same print from TOP as from the whole message', () => {
  const top = 'Status: O\r\nSubject: x\r\nTo: y\r\n';
  for (const answer of [top, `${top}\r\n`])
    assert.equal(headerPrint(Buffer.from(answer)).header, printOf(plain).header);
});

test('a header is telling when it names the message and the way that it came', () => {
  const isTelling = (text: string) => headerPrint(Buffer.from(text)).isTelling;
  assert.equal(isTelling('Received: x\r\nMESSAGE-ID: <y>\r\n\r\n'), true);
  assert.equal(isTelling('Message-ID: <y>\r\n\r\n'), false);
  assert.equal(isTelling('Received: x\r\n\r\nMessage-ID: <y>\r\n'), false);
});

test('a header without end is hashed in linear time', () => {
  const printer = new Fingerprinter();
  for (let at = 0; at < 400_000; at++) printer.take(Buffer.from('x'));
  assert.equal(printer.finish().content.length, 43);
});

test('an identity made of the header is told from a unique-id', () => {
  const { header } = printOf(plain);
  for (const uid of ['', 'a', 'a#headers:b#1', 'line\nend']) {
    assert.equal(lookAlikes(uid), undefined);
    assert.equal(lookAlikes(headersIdentity(uid, header, 12))?.uid, uid);
  }
  assert.equal(isNameless(namelessIdentity('01234567-89ab-cdef-0123-456789abcdef', 3)), true);
  assert.equal(isNameless('unnamed:1'), false);
});
