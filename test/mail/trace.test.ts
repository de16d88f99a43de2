import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Envelope } from '../../src/mail/message.ts';
import { traceLines } from '../../src/mail/trace.ts';

const envelope: Envelope = {
  account: 'gmx',
  host: 'pop.gmx.net',
  user: 'joe@gmx.net',
  receivedAt: new Date(Date.UTC(2026, 10, 2, 6, 51, 7)),
  protocol: 'POP3S',
  trace: true,
};

describe('the trace lines', () => {
  it('say where the message came from, for whom, and when', () => {
    assert.equal(
      text(envelope, 'host.example'),
      'Received: from pop.gmx.net\n' +
        '\tby host.example\n' +
        '\t(popfetch, account gmx)\n' +
        '\twith POP3S for <joe@gmx.net>;\n' +
        '\tMon, 02 Nov 2026 06:51:07 +0000\n',
    );
  });

  it('name a login that is no address as such, and none where there is none', () => {
    assert.match(
      text({ ...envelope, user: 'jd42' }, 'h'),
      /^Received: from pop\.gmx\.net \(login jd42\)\n/,
    );
    const anonymous = text({ ...envelope, user: undefined }, 'h');
    assert.match(anonymous, /^Received: from pop\.gmx\.net\n/);
    assert.match(anonymous, /\twith POP3S;\n/);
  });

  it('are none where none are wanted', () => {
    assert.equal(text({ ...envelope, trace: false }, 'h'), '');
  });

  it('stay one field of short printable lines, whatever the configuration holds', () => {
    const odd = fc.string({
      unit: fc.constantFrom(
        '\n',
        '\r',
        '\0',
        ' ',
        '(',
        ')',
        '\\',
        ';',
        '<',
        '>',
        '@',
        'a',
        'ä',
        '€',
      ),
      maxLength: 300,
    });
    fc.assert(
      fc.property(odd, odd, odd, odd, odd, (account, host, user, protocol, localhost) => {
        const lines = text({ ...envelope, account, host, user, protocol }, localhost).split('\n');
        assert.equal(lines.length, 6);
        assert.equal(lines.pop(), '');
        assert.match(lines[0] ?? '', /^Received: from [\x21-\x7e]+( \(login [\x21-\x7e]+\))?$/);
        for (const line of lines.slice(1)) assert.match(line, /^\t[\x20-\x7e]{1,77}$/);
        assert.ok((lines[0] ?? '').length < 130);
      }),
    );
  });
});

function text(envelope: Envelope, localhost: string): string {
  return Buffer.from(traceLines(envelope, localhost)).toString('latin1');
}
