import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { currentBootId } from '../../src/state/boot.ts';
import { readHolder, startOfProcess } from '../../src/state/holder.ts';
import { fileGuard, socketGuard } from '../../src/state/kernel-guard.ts';
import { type AccountLock, lockAccount } from '../../src/state/lock.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { guardsNamed } from './lock-guards.ts';

const onLinux = process.platform === 'linux';

for (const name of ['file', 'socket', 'none']) {
  const skip = name === 'socket' && !onLinux ? 'abstract sockets are Linux only' : false;
  describe(`the lock of an account (guard: ${name})`, { skip }, () => {
    it('is held once, even within one process, and names its holder', async () => {
      await using folder = await temporaryFolder();
      {
        await using held = await take(folder, name);
        held.assertHeld();
        const failure = await refused(take(folder, name));
        if (name !== 'none') assert.deepEqual(failure.facts.holder, { pid: process.pid, since: 7 });
      }
      await using again = await take(folder, name);
      again.assertHeld();
    });

    it('is no longer held when its file is removed or replaced', async () => {
      await using folder = await temporaryFolder();
      await using held = await take(folder, name);
      const file = path.join(folder.path, 'lock');
      fs.renameSync(file, `${file}.old`);
      assert.throws(() => held.assertHeld(), { code: 'locked' });
      fs.writeFileSync(file, '');
      assert.throws(() => held.assertHeld(), { code: 'locked' });
    });

    it('leaves a file that names nobody', async () => {
      await using folder = await temporaryFolder();
      await (await take(folder, name))[Symbol.asyncDispose]();
      assert.deepEqual(fs.readdirSync(folder.path), ['lock']);
      const fd = fs.openSync(path.join(folder.path, 'lock'), 'r');
      assert.equal(readHolder(fd), undefined);
      fs.closeSync(fd);
    });

    it('is waited for as long as asked', async () => {
      await using folder = await temporaryFolder();
      const held = await take(folder, name);
      await refused(take(folder, name, { wait: 50 }));
      const waiting = take(folder, name, { wait: 60_000 });
      await held[Symbol.asyncDispose]();
      await using _ = await waiting;
    });

    it('is not waited for any longer when the run is stopped', async () => {
      await using folder = await temporaryFolder();
      await using _ = await take(folder, name);
      const stop = new AbortController();
      const waiting = take(folder, name, { wait: 60_000, signal: stop.signal });
      setImmediate(() => stop.abort());
      await assert.rejects(waiting, { code: 'interrupted' });
    });
  });
}

for (const name of ['file', 'socket']) {
  const skip = onLinux ? false : 'needs the Linux kernel';
  describe(`the lock between processes (guard: ${name})`, { skip }, () => {
    it('is never held by two at once', async () => {
      await using folder = await temporaryFolder();
      const log = path.join(folder.path, 'log');
      const children = [1, 2, 3].map(() => child(folder, name, 'count', '60', log));
      const exits = await Promise.all(children.map((one) => once(one, 'exit')));
      assert.deepEqual(exits.flat(), [0, null, 0, null, 0, null]);
      const lines = fs.readFileSync(log, 'utf8').trim().split('\n');
      assert.equal(lines.length, 360);
      for (let at = 0; at < lines.length; at += 2) {
        assert.equal(lines[at]?.replace('in', 'out'), lines[at + 1], `line ${at + 1}`);
      }
    });

    it('stays with a holder that is stopped, however old its time stamps look', async () => {
      await using folder = await temporaryFolder();
      await using holder = await holding(folder, name);
      holder.process.kill('SIGSTOP');
      fs.utimesSync(path.join(folder.path, 'lock.d'), 0, 0);
      fs.utimesSync(path.join(folder.path, 'lock'), 0, 0);
      const failure = await refused(take(folder, name));
      assert.equal(failure.facts.holder?.pid, holder.process.pid);
    });

    it('is free the moment its holder was killed, whatever it left', async () => {
      await using folder = await temporaryFolder();
      {
        await using holder = await holding(folder, name);
        holder.process.kill('SIGKILL');
        await once(holder.process, 'exit');
      }
      assert.deepEqual(fs.readdirSync(folder.path).sort(), ['lock', 'lock.d']);
      await using held = await take(folder, name);
      held.assertHeld();
    });

    it('is taken over a leftover that is a file', async () => {
      await using folder = await temporaryFolder();
      fs.writeFileSync(path.join(folder.path, 'lock.d'), '');
      await using held = await take(folder, name);
      held.assertHeld();
    });
  });
}

describe('the lock between processes with different guards', () => {
  it('is not taken from a holder that lives', { skip: !onLinux && 'needs Linux' }, async () => {
    await using folder = await temporaryFolder();
    await using holder = await holding(folder, 'socket');
    const failure = await refused(take(folder, 'file'));
    assert.equal(failure.facts.holder?.pid, holder.process.pid);
  });

  it('is taken from one that is dead, and from another process with its pid', async () => {
    const holder = { startedAt: 1, bootId: currentBootId(), token: 't', guard: 'socket' };
    for (const former of [
      { pid: 2 ** 30 },
      { pid: process.pid, processStart: 'another' },
      { pid: process.pid, processStart: startOfProcess(process.pid), bootId: 'another' },
    ]) {
      await using folder = await temporaryFolder();
      const file = path.join(folder.path, 'lock');
      fs.writeFileSync(file, JSON.stringify({ ...holder, ...former }));
      await using held = await take(folder, 'file');
      held.assertHeld();
    }
  });
});

describe('the kernel guards', () => {
  it('are those that this system should have', { skip: !onLinux && 'needs Linux' }, async () => {
    await using folder = await temporaryFolder();
    const file = path.join(folder.path, 'lock');
    const fd = fs.openSync(file, 'w+');
    try {
      for (const take of [fileGuard, socketGuard]) {
        const guard = await take(fd, file);
        assert.ok(typeof guard === 'object', take.name);
        await guard.release();
      }
    } finally {
      fs.closeSync(fd);
    }
  });
});

async function take(
  folder: TemporaryFolder,
  guards: string,
  more: { wait?: number; signal?: AbortSignal } = {},
): Promise<AccountLock> {
  return lockAccount(folder.path, { now: () => 7, guards: guardsNamed(guards), ...more });
}

async function refused(promise: Promise<unknown>): Promise<Failure> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof Failure, `no failure but ${String(thrown)}`);
  assert.equal(thrown.code, 'locked');
  return thrown;
}

interface Holding extends AsyncDisposable {
  readonly process: ChildProcess;
}

async function holding(folder: TemporaryFolder, guards: string): Promise<Holding> {
  const holder = child(folder, guards, 'hold');
  assert.ok(holder.stdout !== null);
  await once(holder.stdout, 'data');
  return {
    process: holder,
    async [Symbol.asyncDispose]() {
      if (holder.exitCode !== null || holder.signalCode !== null) return;
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    },
  };
}

function child(folder: TemporaryFolder, guards: string, ...task: string[]): ChildProcess {
  const script = path.join(import.meta.dirname, 'lock-child.js');
  return spawn(process.execPath, [script, folder.path, guards, ...task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
