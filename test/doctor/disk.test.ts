import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomFinding } from '../../src/doctor/disk.ts';

const place = { path: '/home/joe/Maildir', shown: '~/Maildir/' };
const disk = { bavail: 1_000_000, bsize: 4096, blocks: 2_000_000, ffree: 1000, files: 2000 };

function found(facts: Partial<typeof disk>): string | undefined {
  const finding = roomFinding({ ...disk, ...facts }, place, 0);
  return finding && `${finding.level}: ${finding.text}`;
}

test('a disk is told of before it is full, and mended when it is', () => {
  assert.equal(found({}), 'ok: 4.1 GB free at ~/Maildir/');
  assert.equal(found({ bavail: 20_000 }), 'warn: 82 MB free at ~/Maildir/');
  const full = 'error: cannot write to ~/Maildir/: no space left on the disk';
  assert.equal(found({ bavail: 0 }), full);
});

test('a disk that takes no further file is full too, unless it does not count them', () => {
  assert.match(found({ ffree: 0 }) ?? '', /^error: .*no room for another file/);
  assert.match(found({ ffree: 0, files: 0 }) ?? '', /^ok/);
});

test('what lies on no disk has no room to speak of', () => {
  assert.equal(found({ blocks: 0, bavail: 0 }), undefined);
});
