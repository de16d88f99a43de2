import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { maildir } from '../../../src/destination/maildir/maildir.ts';
import { Failure } from '../../../src/errors.ts';
import { openJournalStore } from '../../../src/state/journal-seen-store.ts';
import { message, plain } from '../../contract/destination.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a real full disk', { skip: skipUnlessMountable() }, () => {
  it('keeps what was settled whole, shows no part of the rest, and goes on when there is room', async () => {
    await using folder = await temporaryFolder();
    using disk = smallDisk(folder.path, 400);
    const failure = await fill(disk.path, 200);
    assert.equal(failure?.code, 'no_space');
    const settled = stored(disk.path);
    assert.ok(settled.length > 3 && settled.length < 200, `${settled.length} stored`);
    for (const text of settled) assert.match(text, /^\d+:x{4000}$/);
    fs.rmSync(path.join(disk.path, 'ballast'));
    assert.equal(await fill(disk.path, settled.length + 5), undefined);
    const texts = stored(disk.path);
    assert.equal(texts.length, settled.length + 5);
    assert.equal(new Set(texts).size, texts.length);
  });

  it('puts on record what became visible before the last block was gone', async () => {
    await using folder = await temporaryFolder();
    using disk = smallDisk(folder.path, 400);
    const store = await openStore(disk.path);
    const destination = openMaildir(disk.path, store.id);
    await destination.prepare();
    const delivery = await destination.accept(message('a', 'x'), plain);
    await destination.secure([delivery]);
    await store.intend([{ ...destination.intent(delivery), bootId: store.bootId }]);
    await destination.commit([delivery]);
    fillUp(disk.path);
    // More lines than fit into what is left of the journal's last block.
    const many = Array.from({ length: 500 }, (_, index) => ({ uid: `u${index}`, deliveredAt: 1 }));
    await store.record([{ uid: 'a', deliveredAt: 1 }, ...many]);
    await store[Symbol.asyncDispose]();
    fs.rmSync(path.join(disk.path, 'ballast'));
    await using next = await openStore(disk.path);
    assert.equal(next.has('a'), true);
    assert.equal(next.size, 501);
    assert.deepEqual(next.unsettled, []);
  });
});

/** Delivers messages 0 … count-1 that are not seen yet, two at a time, until one fails. */
async function fill(disk: string, count: number): Promise<Failure | undefined> {
  await using store = await openStore(disk);
  const destination = openMaildir(disk, store.id);
  await destination.prepare();
  const recovered = await destination.recover(store.unsettled, store.bootId);
  const uidsIn = (wanted: string) =>
    recovered.filter(({ state }) => state === wanted).map(({ uid }) => uid);
  await store.record(uidsIn('delivered').map((uid) => ({ uid, deliveredAt: 1 })));
  await store.withdraw(uidsIn('absent'));
  try {
    for (let index = 0; index < count; index++) {
      const uid = String(index);
      if (store.has(uid)) continue;
      const text = `${uid}:${'x'.repeat(4000)}`;
      const delivery = await destination.accept(message(uid, text), plain);
      for (const failed of await destination.secure([delivery])) throw failed.failure;
      await store.intend([{ ...destination.intent(delivery), bootId: store.bootId }]);
      for (const failed of await destination.commit([delivery])) throw failed.failure;
      await store.record([{ uid, deliveredAt: 1 }]);
    }
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
}

function openStore(disk: string) {
  const directory = path.join(disk, 'state');
  return openJournalStore({ directory, account: 'acc', now: () => 1, lock: true });
}

function openMaildir(disk: string, storeId: string) {
  return maildir({ path: path.join(disk, 'Maildir'), label: 'm' }, { account: 'acc', storeId });
}

function stored(disk: string): string[] {
  const folder = path.join(disk, 'Maildir', 'new');
  return fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), 'latin1'));
}

function fillUp(disk: string): void {
  const fd = fs.openSync(path.join(disk, 'ballast'), 'a');
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(1024));
  } catch (error) {
    assert.equal(error instanceof Error && 'code' in error && error.code, 'ENOSPC');
  } finally {
    fs.closeSync(fd);
  }
}

/** A file system of its own with so many KiB, some of them taken by `ballast`. */
function smallDisk(folder: string, kib: number): Disposable & { readonly path: string } {
  const disk = path.join(folder, 'disk');
  fs.mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=700`, 'tmpfs', disk]);
  fs.writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(100 * 1024));
  return { path: disk, [Symbol.dispose]: () => void execFileSync('umount', ['-l', disk]) };
}

function skipUnlessMountable(): string | false {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0)
    return 'needs root to mount a tmpfs';
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'this system lets nobody mount a tmpfs';
  }
}
