import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { copiesIn } from '../../src/adopt/copies.ts';
import { identityOf } from '../../src/adopt/identity.ts';
import { LocalMessages, type Matched } from '../../src/adopt/matching.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** By file names, what is stored; by unique-ids, what the server has. LF stands for CRLF there. */
async function matched(
  stored: Readonly<Record<string, string>>,
  onServer: Readonly<Record<string, string>>,
): Promise<Matched> {
  await using folder = await temporaryFolder();
  for (const [name, text] of Object.entries(stored)) {
    const path = join(folder.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, 'latin1');
  }
  const local = new LocalMessages();
  for (const copy of copiesIn(folder.path)) local.add(copy);
  return local.match(
    Object.entries(onServer).map(([uid, text]) => {
      const octets = Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
      const header = octets.subarray(0, octets.indexOf('\r\n\r\n') + 4);
      return { uid, size: octets.length, identity: identityOf(header) };
    }),
  );
}

const core =
  'Message-ID: <1@example.org>\nDate: Mon, 23 Nov 2026 03:00:00 +0000\nFrom: ann@example.org\nSubject: one\n';
const body = '\nHello, this is a text of some length.\n'.repeat(20);
const received =
  'Received: from mx.example.org\n\tby pop.example.org; Mon, 23 Nov 2026 03:00:01 +0000\n';
const message = received + core + body;
const nameless = message.replace(/^Message-ID.*\n/m, '');

const alike: readonly (readonly [what: string, stored: string, onServer: string])[] = [
  ['as it is on the server', message, message],
  ['with CRLF line ends', message.replaceAll('\n', '\r\n'), message],
  [
    'below lines that a fetcher and an MDA added',
    `Return-Path: <ann@example.org>\nDelivered-To: joe\nX-Spam: no\n${message}`,
    message,
  ],
  ['without the lines that the server has above it', core + body, message],
  ['with a header that was folded anew', message.replace('Subject: ', 'Subject:\n '), message],
  [
    'with marks of a mail reader',
    `Status: RO\n${message.replace('\nFrom:', '\nX-Status: A\nFrom:')}`,
    message,
  ],
  ['without a Message-ID, below added lines', `X-Added: 1\nReceived: here\n${nameless}`, nameless],
  ['with marks of the server', message, `X-UID: 7\nStatus: O\n${message}`],
  [
    'without a Message-ID, with marks of a mail reader and of the server',
    nameless.replace('\nFrom:', '\nX-Status: A\nFrom:'),
    nameless.replace('\nFrom:', '\nX-UID: 7\nFrom:'),
  ],
];

for (const [what, stored, onServer] of alike)
  test(`a message is recognised that is stored ${what}`, async () => {
    assert.deepEqual(await matched({ 'new/1': stored }, { a: onServer }), {
      stored: ['a'],
      cutShort: [],
    });
  });

const unlike: readonly (readonly [what: string, stored: string, onServer: string])[] = [
  ['another subject', message.replace('one', 'two'), message],
  ['another sender', message.replace('ann', 'bob'), message],
  ['another date', message.replace('Date: Mon', 'Date: Tue'), message],
  ['another Message-ID', message.replace('1@', '2@'), message],
  ['no Message-ID, and another way that it came', nameless.replace('mx', 'my'), nameless],
  ['nothing that tells it from others', 'Subject: x\n\nx\n', 'Subject: x\n\nx\n'],
  [
    'nothing that tells it but what is above',
    'Received: x\nSubject: x\n\nx\n',
    'Subject: x\n\nx\n',
  ],
  ['no header at all', '\nx\n', '\nx\n'],
];

for (const [what, stored, onServer] of unlike)
  test(`a message is not taken for stored that has ${what}`, async () => {
    const { stored: found } = await matched({ 'cur/1:2,S': stored }, { a: onServer });
    assert.deepEqual(found, []);
  });

test('what is stored in part only is not taken for stored', async () => {
  const cut = message.slice(0, -100);
  const found = await matched({ 'cur/1': cut }, { a: message });
  assert.deepEqual(found, { stored: [], cutShort: ['a'] });
  const both = await matched({ 'cur/1': cut, 'cur/2': message }, { a: message });
  assert.deepEqual(both, { stored: ['a'], cutShort: [] });
});

test('of two alike on the server one is taken for stored where one is, and both where both are', async () => {
  const onServer = { a: message, b: message };
  assert.equal((await matched({ 'cur/1': message }, onServer)).stored.length, 1);
  assert.equal((await matched({ 'cur/1': message, 'cur/2': message }, onServer)).stored.length, 2);
  assert.equal(
    (await matched({ 'cur/1': nameless }, { a: nameless, b: nameless })).stored.length,
    1,
  );
});

test('two that came by different ways are told apart by them', async () => {
  const other = message.replace('mx.example.org', 'list.example.org');
  const onServer = { direct: message, list: other };
  assert.deepEqual((await matched({ 'cur/1': other }, onServer)).stored, ['list']);
  assert.deepEqual((await matched({ 'cur/1': `X-Added: 1\n${other}` }, onServer)).stored, ['list']);
  // Which of them it was does not show any more.
  assert.deepEqual((await matched({ 'cur/1': core + body }, onServer)).stored, []);
});

test('a message that stands whole below the header of another is found beside it', async () => {
  const inner = message;
  const outer = `Received: once more\n${message}`;
  const onServer = { inner, outer };
  const { stored } = await matched({ 'cur/1': inner, 'cur/2': outer }, onServer);
  assert.deepEqual(new Set(stored), new Set(['inner', 'outer']));
});

const second = message.replace('1@', '2@');

test('messages are found in folders of a Maildir, in mboxes, and nowhere else', async () => {
  const third = message.replace('1@', '3@');
  const onServer = { a: message, b: second, c: third };
  const found = await matched(
    {
      'new/1': message,
      '.Archive/cur/2:2,S': second,
      'tmp/3': `From x\n${third}`,
      'dovecot-uidlist': `3 V1\n${third}`,
    },
    onServer,
  );
  assert.deepEqual(new Set(found.stored), new Set(['a', 'b']));
  const mbox = `From ann Mon Nov 23 03:00:00 2026\n${message}\nFrom bob Mon Nov 23 03:00:00 2026\n${second}`;
  const all = { inbox: mbox, 'sub/x.mbox': `From x\r\n${third}\r\n`.replace(/\r?\n/g, '\r\n') };
  assert.deepEqual(new Set((await matched(all, onServer)).stored), new Set(['a', 'b', 'c']));
});

test('an mbox is cut where a From line stands below an empty one, wherever the file is read', () => {
  const line = fc.constantFrom('From x', 'a From y', '>From z', '', 'text', 'x'.repeat(50));
  return fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
      await using folder = await temporaryFolder();
      const text = ['From first', ...lines, ''].join('\n');
      writeFileSync(join(folder.path, 'mbox'), text);
      const copies = [...copiesIn(join(folder.path, 'mbox'))];
      const parts = text.split(/(?<=\n\n)(?=From )/);
      const expected = parts.map((part) => part.slice(part.indexOf('\n') + 1));
      assert.deepEqual(
        copies.map(({ start, end }) => text.slice(start, end)),
        expected,
      );
    }),
    { numRuns: 50 },
  );
});

test('an mbox is cut where what is read at once ends as well', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'mbox');
  for (let before = 0; before < 10; before++) {
    const first = 'From a\n'.padEnd(2 ** 20 - before, 'x');
    writeFileSync(file, `${first}\n\nFrom b\nSubject: b\n`);
    const starts = [...copiesIn(file)].map(({ start, end }) => [start, end]);
    assert.deepEqual(starts, [
      [7, first.length + 2],
      [first.length + 9, first.length + 20],
    ]);
  }
});

test('no header makes the recognition crash, and its line ends do not count', () => {
  const piece = fc.constantFrom(
    'Received: x',
    'Date: y',
    ' folded',
    '\t',
    ':',
    '',
    'Message-ID: <>',
  );
  fc.assert(
    fc.property(fc.array(piece), (lines) => {
      const header = (end: string) => Buffer.from([...lines, '', ''].join(end));
      assert.deepEqual(identityOf(header('\n')), identityOf(header('\r\n')));
    }),
  );
});
