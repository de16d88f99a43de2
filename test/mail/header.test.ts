import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findField } from '../../src/mail/header.ts';

describe('finding a field in the first octets of a message', () => {
  const cases: readonly [string, string, string | undefined][] = [
    ['as it stands', 'Message-ID: <a@b>\n', '<a@b>'],
    ['with CRLF', 'A: 1\r\nMessage-ID: <a@b>\r\n\r\n', '<a@b>'],
    ['in any case', 'mEsSaGe-id:<a@b>\n', '<a@b>'],
    ['with blanks before the colon', 'Message-ID \t: <a@b>\n', '<a@b>'],
    ['folded', 'Message-ID:\r\n <a\r\n\t@b>\r\nX: 1\r\n', '<a\t@b>'],
    ['the first of two', 'Message-ID: 1\nMessage-ID: 2\n', '1'],
    ['with octets beyond ASCII as they are', 'Message-ID: \xe4\xff\n', '\xe4\xff'],
    ['empty', 'Message-ID:\n\n', ''],
    ['not in the body', 'A: 1\n\nMessage-ID: <a@b>\n', undefined],
    ['not in the body behind CRLF', 'A: 1\r\n\r\nMessage-ID: <a@b>\r\n', undefined],
    ['not in a folded line', 'A: 1\n Message-ID: <a@b>\n', undefined],
    ['not with a longer name', 'Message-IDs: x\nX-Message-ID: y\n', undefined],
    ['not without a colon', 'Message-ID\nB: 1\n', undefined],
    ['not when it is cut off', 'Message-ID: <a@', undefined],
    ['not when its folding is cut off', 'Message-ID:\n <a@', undefined],
    ['not in nothing', '', undefined],
  ];
  for (const [how, head, expected] of cases) {
    it(`finds it ${how}`, () => {
      assert.equal(findField(Buffer.from(head, 'latin1'), 'Message-ID'), expected);
    });
  }

  it('carries no endless body about', () => {
    const head = Buffer.from(`Message-ID: ${'x'.repeat(60_000)}\n`);
    assert.equal(findField(head, 'Message-ID')?.length, 998);
  });

  it('takes no longer for hostile heads', () => {
    const hostile = [' \n', 'Message-ID', ':', '\r\n ', 'Message-ID:\n \n', ' : '];
    for (const piece of hostile) {
      const head = Buffer.from(piece.repeat(65_536 / piece.length));
      const begun = process.cpuUsage();
      findField(head, 'Message-ID');
      assert.ok(process.cpuUsage(begun).user < 500_000, JSON.stringify(piece));
    }
  });

  it('finds what any header holds', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '<', '@', ':', '>') });
    fc.assert(
      fc.property(value, fc.array(value), (wanted, others) => {
        const lines = [...others.map((other) => `X: ${other}`), `Message-ID: ${wanted}`];
        const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
        assert.equal(findField(head, 'Message-ID'), wanted);
      }),
    );
  });
});
