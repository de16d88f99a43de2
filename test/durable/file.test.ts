import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { makeDirectory, replaceFile, syncDirectory, writeFully } from '../../src/durable/file.ts';
import { storageFailure } from '../../src/durable/storage-failure.ts';
import { SyncWindow } from '../../src/durable/sync-window.ts';
import { Failure, type FailureCode } from '../../src/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { errno, faultyFs } from './faulty-fs.ts';

describe('replacing a file', () => {
  it('leaves the old content or the new, whenever the process is killed', async () => {
    for (let deadly = 1; deadly <= 12; deadly++) {
      await using folder = await temporaryFolder();
      const file = path.join(folder.path, 'f');
      fs.writeFileSync(file, 'old');
      {
        using _ = faultyFs(({ number }) => (number === deadly ? 'die' : 'none'));
        await replaceFile(file, Buffer.from('new text'), 0o600).catch(() => 'killed');
      }
      assert.match(fs.readFileSync(file, 'utf8'), /^(?:old|new text)$/, `killed at ${deadly}`);
      await replaceFile(file, Buffer.from('later'), 0o600);
      assert.equal(fs.readFileSync(file, 'utf8'), 'later');
      assert.deepEqual(fs.readdirSync(folder.path), ['f']);
    }
  });

  it('syncs the content before the name, and the name before it resolves', async () => {
    await using folder = await temporaryFolder();
    using faulty = faultyFs(() => 'none');
    await replaceFile(path.join(folder.path, 'f'), Buffer.from('x'), 0o600);
    assert.deepEqual(
      faulty.calls.map(({ effect }) => effect).filter((effect) => !/open|close|rm/.test(effect)),
      ['writeSync', 'fsync', 'renameSync', 'fsync'],
    );
  });

  it('keeps the old content when it fails, takes its traces away and names the file', async () => {
    await using folder = await temporaryFolder();
    const file = path.join(folder.path, 'f');
    fs.writeFileSync(file, 'old');
    for (const [effect, code] of [
      ['writeSync', 'ENOSPC'],
      ['fsync', 'EIO'],
      ['renameSync', 'EACCES'],
    ] as const) {
      using _ = faultyFs((call) => (call.effect === effect ? errno(code) : 'none'));
      await assert.rejects(replaceFile(file, Buffer.from('new'), 0o600), namesFile(file));
      assert.deepEqual(fs.readdirSync(folder.path), ['f']);
      assert.equal(fs.readFileSync(file, 'utf8'), 'old');
    }
  });
});

describe('making a folder', () => {
  it('makes its parents too, and syncs the parent of each', async () => {
    await using folder = await temporaryFolder();
    const inner = path.join(folder.path, 'a', 'b', 'c');
    using faulty = faultyFs(() => 'none');
    await makeDirectory(inner, 0o700);
    const steps = faulty.calls.filter(({ effect }) => /mkdir|open/.test(effect));
    assert.deepEqual(
      steps.map(({ effect, on }) => `${effect} ${path.relative(folder.path, String(on))}`),
      [
        'mkdirSync a',
        'openSync ',
        'mkdirSync a/b',
        'openSync a',
        'mkdirSync a/b/c',
        'openSync a/b',
      ],
    );
    assert.equal(fs.statSync(inner).mode & 0o777, 0o700);
  });

  it('is content with one that is there, and not with a file', async () => {
    await using folder = await temporaryFolder();
    await makeDirectory(folder.path, 0o700);
    fs.writeFileSync(path.join(folder.path, 'f'), '');
    await assert.rejects(makeDirectory(path.join(folder.path, 'f'), 0o700), {
      code: 'cannot_create',
    });
    await assert.rejects(makeDirectory(path.join(folder.path, 'f', 'g'), 0o700), {
      code: 'cannot_create',
    });
  });
});

describe('syncing a folder', () => {
  it('is no matter where the file system knows no such thing, and is where it fails', async () => {
    await using folder = await temporaryFolder();
    for (const [code, outcome] of [
      ['EINVAL', undefined],
      ['ENOTSUP', undefined],
      ['EIO', 'io_error'],
    ] as const) {
      using _ = faultyFs(({ effect }) => (effect === 'fsync' ? errno(code) : 'none'));
      if (outcome === undefined) await syncDirectory(folder.path);
      else await assert.rejects(syncDirectory(folder.path), { code: outcome });
    }
  });
});

describe('writing', () => {
  it('goes on after a write that took a part only', async () => {
    await using folder = await temporaryFolder();
    const file = path.join(folder.path, 'f');
    const fd = fs.openSync(file, 'w+');
    const whole = fs.writeSync;
    const takes = (fd: number, bytes: Uint8Array, from: number, length: number, at: number) =>
      whole(fd, bytes, from, Math.min(length, 3), at);
    Object.defineProperty(fs, 'writeSync', { value: takes, configurable: true, writable: true });
    try {
      writeFully(fd, Buffer.from('0123456789'));
      writeFully(fd, Buffer.from('abcdefg'), 2);
    } finally {
      Object.defineProperty(fs, 'writeSync', { value: whole, configurable: true, writable: true });
      fs.closeSync(fd);
    }
    assert.equal(fs.readFileSync(file, 'utf8'), '01abcdefg9');
  });
});

describe('the window of syncs', () => {
  it('lets only so many run at once, and lets the next in when one is done', async () => {
    await using folder = await temporaryFolder();
    const window = new SyncWindow(2);
    const pending: (() => void)[] = [];
    const original = fs.fsync;
    const held = (_: number, done: (error: null) => void) => pending.push(() => done(null));
    Object.defineProperty(fs, 'fsync', { value: held, configurable: true, writable: true });
    try {
      const open = () => fs.openSync(folder.path, 'r');
      const results: Promise<Failure | undefined>[] = [];
      for (const _ of [1, 2]) {
        await window.enter();
        results.push(window.syncAndClose(open(), folder.path));
      }
      const third = window.enter().then(() => 'entered');
      const first = await Promise.race([third, new Promise(setImmediate)]);
      assert.notEqual(first, 'entered');
      pending.shift()?.();
      assert.equal(await third, 'entered');
      assert.equal(pending.length, 1);
      results.push(window.syncAndClose(open(), folder.path));
      for (const done of pending) done();
      assert.deepEqual(await Promise.all(results), [undefined, undefined, undefined]);
    } finally {
      Object.defineProperty(fs, 'fsync', { value: original, configurable: true, writable: true });
    }
  });

  it('tells of a failed sync or close, and never rejects', async () => {
    await using folder = await temporaryFolder();
    for (const effect of ['fsync', 'closeSync']) {
      const window = new SyncWindow(1);
      const fd = fs.openSync(folder.path, 'r');
      {
        using _ = faultyFs((call) => (call.effect === effect ? errno('EIO') : 'none'));
        await window.enter();
        const failure = await window.syncAndClose(fd, 'the file');
        assert.equal(failure?.code, 'io_error');
        assert.equal(failure?.facts.path, 'the file');
      }
      await window.enter();
    }
  });
});

describe('what the system says of a file', () => {
  const cases: readonly [string, FailureCode, FailureCode][] = [
    ['ENOSPC', 'no_space', 'no_space'],
    ['EDQUOT', 'no_space', 'no_space'],
    ['EACCES', 'no_permission', 'no_permission'],
    ['EROFS', 'no_permission', 'no_permission'],
    ['ENOTDIR', 'cannot_create', 'cannot_create'],
    ['EIO', 'io_error', 'io_error'],
    ['EXDEV', 'config', 'config'],
    ['EMFILE', 'deliver_temp', 'deliver_temp'],
    ['EUNHEARDOF', 'deliver_temp', 'state'],
  ];
  for (const [code, ofMail, ofState] of cases) {
    it(`${code} becomes ${ofMail} for mail and ${ofState} for state`, () => {
      const failure = storageFailure(errno(code), '/p');
      assert.equal(failure.code, ofMail);
      assert.equal(failure.facts.path, '/p');
      assert.notEqual(failure.facts.reason, undefined);
      assert.equal(storageFailure(errno(code), '/p', 'state').code, ofState);
    });
  }

  it('is left as it is when it is a failure already, and a bug when it is neither', () => {
    const failure = new Failure('locked', 'x');
    assert.equal(storageFailure(failure, '/p'), failure);
    const ofHelper = storageFailure(errno('EACCES'), '/p');
    const { code, facts } = storageFailure(ofHelper, '/state', 'state');
    assert.deepEqual([code, facts], ['no_permission', { ...ofHelper.facts, phase: 'state' }]);
    assert.equal(
      storageFailure(storageFailure(errno('EMFILE'), '/p'), '/s', 'state').code,
      'state',
    );
    assert.equal(storageFailure(new TypeError('x'), '/p').code, 'internal');
  });
});

function namesFile(file: string): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof Failure && thrown.facts.path === file;
}
