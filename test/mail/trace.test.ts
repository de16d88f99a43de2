import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Envelope } from '../../src/mail/message.ts';
import { traceOf } from '../../src/mail/trace.ts';

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

  it('tell whose mail it is, and from the message who sent it', () => {
    const ours = { ...envelope, recipient: 'joe@example.org' };
    const from = (head: string) => text(ours, 'h', head).split('Received: ')[0];
    assert.equal(
      from('Subject: x\nSender: <list@x>\nFrom: Ann <ann@x>\n\n'),
      'Return-Path: <list@x>\nDelivered-To: joe@example.org\n',
    );
    for (const head of ['Return-Path: <ben@x>\nFrom: ann@x\n\n', 'Subject: x\n\nFrom: ann@x\n', ''])
      assert.equal(from(head), 'Delivered-To: joe@example.org\n', head);
    assert.match(text({ ...ours, recipient: 'j\nd' }, 'h', 'From: \xe4@x\n\n'), /^Received: /);
  });

  it('leave both to the mail server that delivers', () => {
    const ours = { ...envelope, recipient: 'joe@example.org' };
    const relayed = traceOf(ours, 'h', 'mail server').above(Buffer.from('From: ann@x\n\n'));
    assert.equal(Buffer.from(relayed).toString('latin1'), text(envelope, 'h'));
  });

  it('are none where none are wanted', () => {
    const untraced = { ...envelope, recipient: 'joe@example.org', trace: false };
    assert.equal(text(untraced, 'h', 'From: ann@x\n\n'), '');
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
        const recipient = user;
        const ours = { ...envelope, account, host, user, recipient, protocol };
        const head = `From: <${account.replaceAll('\n', '')}>\n\n`;
        const all = text(ours, localhost, head);
        assert.ok(all.length <= traceOf(ours, localhost).most);
        const lines = all
          .replace(/^Return-Path: <[\x21-\x7e]{1,254}>\n/, '')
          .replace(/^Delivered-To: [\x21-\x7e]{1,254}\n/, '')
          .split('\n');
        assert.equal(lines.length, 6);
        assert.equal(lines.pop(), '');
        assert.match(lines[0] ?? '', /^Received: from [\x21-\x7e]+( \(login [\x21-\x7e]+\))?$/);
        for (const line of lines.slice(1)) assert.match(line, /^\t[\x20-\x7e]{1,77}$/);
        assert.ok((lines[0] ?? '').length < 130);
      }),
    );
  });
});

function text(envelope: Envelope, localhost: string, head = ''): string {
  const lines = traceOf(envelope, localhost).above(Buffer.from(head, 'latin1'));
  return Buffer.from(lines).toString('latin1');
}
