import assert from 'node:assert/strict';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { isJournal, LogFile } from '../../src/log/log-file.ts';

function folder() {
  const path = mkdtempSync(join(tmpdir(), 'popfetch-log-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test('a log file is created for the user alone', () => {
  using dir = folder();
  using log = new LogFile(join(dir.path, 'log'));
  log.write('one\n');
  assert.equal(statSync(join(dir.path, 'log')).mode & 0o777, 0o600);
});

test('a log file is appended to, and goes on in a new file when reopened', () => {
  using dir = folder();
  const path = join(dir.path, 'log');
  writeFileSync(path, 'before\n');
  using log = new LogFile(path);
  log.write('one\n');
  renameSync(path, `${path}.1`);
  log.write('two\n');
  log.reopen();
  log.write('three\n');
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'before\none\ntwo\n');
  assert.equal(readFileSync(path, 'utf8'), 'three\n');
});

test('a log file is not followed through a symbolic link', () => {
  using dir = folder();
  const path = join(dir.path, 'log');
  writeFileSync(join(dir.path, 'victim'), 'mine');
  symlinkSync('victim', path);
  assert.throws(
    () => new LogFile(path),
    (thrown) => thrown instanceof Failure && thrown.message.endsWith('it is a symbolic link'),
  );
  assert.equal(readFileSync(join(dir.path, 'victim'), 'utf8'), 'mine');
});

test('a log file in a folder that is not there is named', () => {
  using dir = folder();
  const path = join(dir.path, 'no', 'log');
  assert.throws(() => new LogFile(path), {
    code: 'config',
    message: `cannot write the log file ${path}: no such folder`,
  });
});

test('the journal is known by device and inode, not by the variable alone', () => {
  const fd = openSync('/dev/null', 'w');
  const { dev, ino } = fstatSync(fd);
  assert.equal(isJournal(fd, `${dev}:${ino}`), true);
  assert.equal(isJournal(fd, `${dev}:${ino + 1}`), false);
  assert.equal(isJournal(fd, ''), false);
  assert.equal(isJournal(fd, undefined), false);
  closeSync(fd);
});
