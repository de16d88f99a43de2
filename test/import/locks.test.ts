import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, heldLock } from '../../src/import/locks.ts';
import { missing } from '../interop/user-of-own.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a program that runs is told by its process, by its lock or by its file', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'file');
  const pid = { kind: 'pid', file } as const;
  const exists = { kind: 'exists', file } as const;
  assert.equal(heldLock([pid, exists, { kind: 'fcntl', file }]), undefined);
  symlinkSync('127.0.0.1:+4242', file);
  assert.equal(heldLock([pid, exists]), exists);
  const other = join(folder.path, 'other');
  const daemon = { kind: 'pid', file: other } as const;
  for (const [text, runs] of [
    [`${process.pid} 300\n`, true],
    ['999999999\n', false],
    ['-1\n', false],
    ['\n', false],
  ] as const) {
    writeFileSync(other, text);
    assert.equal(heldLock([daemon]), runs ? daemon : undefined, text);
  }
});

test('the kernel tells who holds a lock, as proc_locks(5) has it', () => {
  const listed = filesIn(`1: FLOCK  ADVISORY  WRITE 10 08:01:1 0 EOF
2: POSIX  ADVISORY  WRITE 11 08:01:2 0 EOF
2: -> POSIX  ADVISORY  WRITE 12 08:01:3 0 EOF
3: OFDLCK ADVISORY  READ -1 00:2a:4 0 EOF
`);
  assert.deepEqual([...listed], ['8:1:2', '0:2a:4']);
});

test('a lock of lockf(3) in another process is seen', {
  skip: missing('python3', 'python3') ?? false,
}, async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'uidls');
  writeFileSync(file, '');
  const lock = { kind: 'fcntl', file } as const;
  assert.equal(heldLock([lock]), undefined);
  const code = `import fcntl, sys
f = open(sys.argv[1], 'r+'); fcntl.lockf(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()`;
  const holder = spawn('python3', ['-c', code, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  assert.equal(heldLock([lock]), lock);
  holder.stdin.end();
  await once(holder, 'exit');
  assert.equal(heldLock([lock]), undefined);
});
