import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lateMail, sampleMail } from '../../src/demo/sample-mail.ts';
import { formatSize } from '../../src/log/format.ts';

const all = [...sampleMail(), ...lateMail()].map((content) => content.toString());

test('there are twelve messages of 38 kB as stored, and two that arrive later, the second of 4 kB', () => {
  const sizes = all.map((text) => Buffer.byteLength(text.replaceAll('\r\n', '\n')));
  assert.equal(sizes.length, 14);
  assert.equal(formatSize(sizes.slice(0, 12).reduce((sum, size) => sum + size)), '38 kB');
  assert.equal(formatSize(sizes[13] ?? 0), '4 kB');
});

test('they are the same at every call', () => {
  assert.deepEqual(sampleMail(), sampleMail());
});

test('each has CRLF line ends, a header with its own Message-ID, and a body', () => {
  for (const text of all) {
    assert.doesNotMatch(text.replaceAll('\r\n', ''), /[\r\n]/);
    assert.match(text, /^From: .+\r\nTo: .+\r\nSubject: .+\r\n(?:[\w-]+: .+\r\n)+\r\n./);
    assert.match(text, /^Date: \w{3}, \d\d \w{3} 2025 \d\d:\d\d:\d\d \+0000\r$/m);
  }
  const ids = all.map((text) => /^Message-ID: (.+)\r$/m.exec(text)?.[1]);
  assert.equal(new Set(ids).size, 14);
  assert.ok(!ids.includes(undefined));
});

test('attachments are decodable', () => {
  const photo = all.find((text) => text.includes('filename="sunset.bmp"')) ?? '';
  const base64 = /base64\r\n\r\n([A-Za-z0-9+/=\r\n]+)--=_demo--/.exec(photo)?.[1] ?? '';
  const bitmap = Buffer.from(base64, 'base64');
  assert.equal(bitmap.toString('latin1', 0, 2), 'BM');
  assert.equal(bitmap.readUInt32LE(2), bitmap.length);
});
