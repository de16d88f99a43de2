import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Preview, preview } from '../../src/mail/preview.ts';

test('encoded words are decoded, in charsets old and new', async () => {
  const cases: readonly (readonly [encoded: string, decoded: string])[] = [
    ['=?utf-8?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?iso-8859-1?q?Gr=FC=DFe_aus_K=F6ln?=', 'Grüße aus Köln'],
    ['=?windows-1251?B?z/Do4uXy?=', 'Привет'],
    ['=?koi8-r?B?8NLJ18XU?=', 'Привет'],
    ['=?ISO-2022-JP?B?GyRCJDMkcyRLJEEkTxsoQg==?=', 'こんにちは'],
    ['=?shift_jis?B?grGC8YLJgr+CzQ==?=', 'こんにちは'],
    ['=?gb2312?B?xOO6ww==?=', '你好'],
    ['=?utf-8?B?w7w=?= =?utf-8?B?w7w=?=', 'üü'],
    ['=?utf-8?B?8J+Y?= =?utf-8?B?gA==?=', '😀'],
    ['=?iso-8859-15?Q?5_=A4?=', '5 €'],
  ];
  for (const [encoded, decoded] of cases)
    assert.equal((await shown(`Subject: ${encoded}\r\n\r\n`)).subject, decoded, encoded);
});

test('an unknown charset or a broken encoding shows something and throws nothing', async () => {
  for (const subject of ['=?x-klingon?Q?nuqneH?=', '=?utf-8?B?###?=', '=?utf-8?Q?=C3?=', '=?'])
    assert.equal(typeof (await shown(`Subject: ${subject}\r\n\r\n`)).subject, 'string', subject);
});

test('eight-bit header fields are UTF-8, or else Windows-1252, each for itself', async () => {
  const head = Buffer.concat([
    Buffer.from('Subject: Grüße\r\nFrom: "J', 'utf8'),
    Buffer.from('ürgen" <j@example.org>\r\n\r\n', 'latin1'),
  ]);
  const { subject, from } = await preview(head, 5);
  assert.deepEqual([subject, from.name], ['Grüße', 'Jürgen']);
});

test('an eight-bit body without a charset is Windows-1252 where it is not UTF-8', async () => {
  const octets = Buffer.from('Subject: x\r\n\r\nGrüße\r\n', 'latin1');
  assert.deepEqual((await preview(octets, 5)).lines, ['Grüße']);
  const declared = Buffer.from(
    'Content-Type: text/plain; charset=iso-8859-2\r\n\r\n\xb3\xf3d\xbc\r\n',
    'latin1',
  );
  assert.deepEqual((await preview(declared, 5)).lines, ['łódź']);
});

test('the sender is a name and an address; of a group the group', async () => {
  const from = async (text: string) => (await shown(`From: ${text}\r\n\r\n`)).from;
  assert.deepEqual(await from('Ann Example <ann@example.org>'), {
    name: 'Ann Example',
    address: 'ann@example.org',
  });
  assert.deepEqual(await from('ann@example.org'), { name: '', address: 'ann@example.org' });
  assert.equal((await from('Team: ann@example.org, joe@example.org;')).name, 'Team');
  assert.deepEqual((await shown('Subject: x\r\n\r\n')).from, { name: '', address: '' });
});

test('a date that cannot be read is none', async () => {
  const date = async (text: string) => (await shown(`Date: ${text}\r\n\r\n`)).date;
  assert.equal(await date('Sun, 22 Nov 2026 06:51:00 +0100'), Date.UTC(2026, 10, 22, 5, 51));
  assert.equal(await date('yesterday'), undefined);
});

test('quoted-printable and base64 bodies are decoded, also where they were cut', async () => {
  const qp =
    'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable';
  assert.deepEqual((await shown(`${qp}\r\n\r\nGr=C3=BC=C3=9Fe=\r\n aus K=C3\r\n`)).lines.length, 1);
  const base64 = qp.replace('quoted-printable', 'base64');
  const whole = Buffer.from('Grüße aus Köln\n'.repeat(20)).toString('base64');
  for (let cut = 60; cut < 80; cut++) {
    const { lines } = await shown(`${base64}\r\n\r\n${whole.slice(0, cut)}\r\n`);
    assert.equal(lines[0], 'Grüße aus Köln');
    assert.ok(!lines.join('').includes('\ufffd'), `${cut}: ${lines.join('|')}`);
  }
});

test('of alternatives the plain text is shown, of HTML alone its text', async () => {
  const { lines } = await shown(
    [
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<p>rich</p>',
      '--b',
      'Content-Type: text/plain',
      '',
      'plain',
      '--b--',
    ].join('\r\n'),
  );
  assert.deepEqual(lines, ['plain']);
  const html = `<html><head><title>T</title><style>p { color: red }</style></head><body><!-- no -->
<p>Dear&nbsp;J&ouml;rg,</p><p>see <a href="https://example.org/long">this</a> &lt;now&gt;</p></body></html>`;
  assert.deepEqual((await shown(`Content-Type: text/html\r\n\r\n${html}`)).lines, [
    'Dear\u00a0Jörg,',
    'see this <now>',
  ]);
});

test('HTML cut in a style sheet, a comment or a tag shows none of it', async () => {
  const cases: readonly (readonly [html: string, lines: readonly string[]])[] = [
    ['<html><head><style>p { color: red', []],
    ['<p>one</p><style>p { color: red', ['one']],
    ['<p>one</p><!-- two', ['one']],
    ['<p>one</p><a href="https://exam', ['one']],
    ['<head><title>T</title><body><p>one', ['one']],
  ];
  for (const [html, lines] of cases)
    assert.deepEqual((await shown(`Content-Type: text/html\r\n\r\n${html}`)).lines, lines, html);
});

test('a message without text says what it carries', async () => {
  const type = 'Content-Type: image/png; name=cat.png\r\nContent-Transfer-Encoding: base64';
  assert.deepEqual((await shown(`${type}\r\n\r\niVBORw0KGgo=\r\n`)).lines, ['[image/png cat.png]']);
});

test('so many lines are given, empty ones left out, long ones cut', async () => {
  const body = `one\r\n\r\n  two\r\n\tthree\r\n${'x'.repeat(5000)}\r\nfive\r\n`;
  const { lines } = await preview(Buffer.from(`Subject: x\r\n\r\n${body}`), 4);
  assert.deepEqual(lines.slice(0, 3), ['one', '  two', ' three']);
  assert.deepEqual([lines.length, lines[3]?.length], [4, 2000]);
});

test('parts nested without end are shown undecoded', async () => {
  const nested = Array.from({ length: 400 }, (_, at) => {
    const type = `Content-Type: multipart/mixed; boundary=b${at + 1}`;
    return at === 0 ? `Subject: deep\r\n${type}` : `\r\n\r\n--b${at}\r\n${type}`;
  });
  assert.deepEqual((await shown(`${nested.join('')}\r\n\r\nend`)).subject, 'deep');
});

test('whatever a server sends, something is shown within bounds', async () => {
  const field = fc.constantFrom(
    'Subject: =?utf-8?B?',
    'Content-Type: text/html',
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Transfer-Encoding: base64',
    '--b',
    '<style>',
    '\u001b]0;x\u0007',
    '',
  );
  const text = fc.array(fc.oneof(field, fc.string({ unit: 'binary' })), { maxLength: 20 });
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    text.map((lines) => Buffer.from(lines.join('\r\n'))),
  );
  await fc.assert(
    fc.asyncProperty(octets, async (some) => {
      assert.ok((await preview(some, 5)).lines.length <= 5);
    }),
    { numRuns: 300 },
  );
});

function shown(message: string): Promise<Preview> {
  return preview(Buffer.from(message, 'utf8'), 5);
}
