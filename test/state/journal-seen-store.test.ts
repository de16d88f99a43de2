import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { Failure, type FailureCode } from '../../src/errors.ts';
import type { SeenStore } from '../../src/state/seen-store.ts';
import { noStatus, writeStatus } from '../../src/state/status.ts';
import { intent, records, seenStoreContract } from '../contract/seen-store.ts';
import { errno, faultyFs } from '../durable/faulty-fs.ts';
import { type JournalPlace, journalPlace } from './place.ts';

seenStoreContract('the journal', journalPlace);

describe('the journal', () => {
  it('is readable by nobody else', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    await store.meet();
    for (const name of ['journal', 'id', 'lock', 'reserve']) {
      assert.equal(fs.statSync(path.join(place.folder, name)).mode & 0o777, 0o600, name);
    }
    for (const folder of [place.stateDirectory, path.dirname(place.folder), place.folder]) {
      assert.equal(fs.statSync(folder).mode & 0o777, 0o700, folder);
    }
  });

  it('syncs once for each batch, before it resolves', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    using faulty = faultyFs(() => 'none');
    await store.intend([intent('a'), intent('b')]);
    await store.record(records('a', 'b'));
    assert.deepEqual(
      faulty.calls.map(({ effect }) => effect),
      ['writeSync', 'fdatasync', 'writeSync', 'fdatasync'],
    );
  });

  it('is opened by one at a time, and by the next when that one is done', async () => {
    await using place = await journalPlace();
    {
      await using _ = await place.open();
      const failure = await failureOf(place.open(), 'locked');
      assert.deepEqual(failure.facts.holder, { pid: process.pid, since: 5000 });
    }
    await using _ = await place.open();
  });

  it('lets a dry run look while another holds it, and write nothing', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    await store.record(records('a'));
    const before = place.text();
    await using looking = await place.open({ lock: false });
    assert.equal(looking.has('a'), true);
    assert.equal(looking.id, store.id);
    await assert.rejects(looking.record(records('b')), TypeError);
    assert.equal(place.text(), before);
  });

  it('makes nothing for a dry run on an account that was never polled', async () => {
    await using place = await journalPlace();
    await using looking = await place.open({ lock: false });
    assert.equal(looking.size, 0);
    assert.equal(fs.existsSync(place.stateDirectory), false);
  });

  it('refuses to write when the lock was taken away', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    fs.rmSync(path.join(place.folder, 'lock'));
    await failureOf(store.intend([intent('a')]), 'locked');
    await failureOf(store.record(records('a')), 'locked');
    assert.equal(store.has('a'), false);
  });

  it('refuses to write into a journal that was removed', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    fs.rmSync(place.file);
    await failureOf(store.record(records('a')), 'state');
  });

  it('is compacted when most of it is history, and keeps the old one', async () => {
    await using place = await journalPlace();
    await using kept = await filled(place);
    const before = place.text();
    await kept[Symbol.asyncDispose]();
    await using store = await place.open();
    assert.ok(place.text().length < before.length / 2);
    assert.equal(fs.readFileSync(`${place.file}.bak`, 'latin1'), before);
    assert.deepEqual(facts(store), expectedFacts);
    assert.match(place.text(), / gone u7 2764800000\n/);
    assert.match(place.text(), / seen u599 1000 1\.P_0\.h,S=3 3 (?:ab){32}\n/);
    await store.record(records('later'));
    await store[Symbol.asyncDispose]();
    await using again = await place.open();
    assert.equal(again.has('later'), true);
    assert.equal(again.size, expectedFacts.size + 1);
  });

  it('keeps fingerprints and trouble through compaction', async () => {
    await using place = await journalPlace();
    const print = { header: 'h'.repeat(22), content: 'c'.repeat(43) };
    await using store = await place.open();
    await store.intend([{ ...intent('a'), print }]);
    await store.record(records('a'));
    await store.attempted(['b'], 'torn', 7);
    for (let n = 0; n < 1100; n++) await store.mark(['a mark'], n);
    await store[Symbol.asyncDispose]();
    for (const compactions of [1, 2]) {
      await using again = await place.open();
      assert.ok(place.text().split('\n').length < 10 * compactions);
      const prints: unknown[] = [];
      await again.remembered(({ uid, stored }) => prints.push([uid, stored.print]));
      assert.deepEqual(prints, [['a', print]]);
      assert.deepEqual(again.attempts('b'), { count: 1, why: 'torn', at: 7 });
    }
  });

  it('reads the lines of the version before fingerprints', async () => {
    await using place = await journalPlace();
    await (await place.open())[Symbol.asyncDispose]();
    const sha256 = 'ab'.repeat(32);
    const bodies = [
      `intent a 1 p 3 ${sha256} boot`,
      'done a 2',
      `seen b 3 q 4 ${sha256}`,
      'seen c 4',
    ];
    place.write(place.text() + bodies.map(withChecksum).join(''));
    await using store = await place.open();
    const all: unknown[] = [];
    await store.remembered(({ uid, stored }) => all.push([uid, stored]));
    assert.deepEqual(all, [
      ['a', { uid: 'a', place: 'p', size: 3, sha256, bootId: 'boot' }],
      ['b', { place: 'q', size: 4, sha256 }],
    ]);
    assert.equal(store.deliveredAt('c'), 4);
  });

  it('syncs what compaction wrote before it takes the place of the old one', async () => {
    await using place = await journalPlace();
    await (await filled(place))[Symbol.asyncDispose]();
    using faulty = faultyFs(() => 'none');
    await using _ = await place.open();
    const written = faulty.calls.findIndex(({ on }) => on === `${place.file}.new`);
    const renamed = faulty.calls.findIndex(({ effect }) => effect === 'renameSync');
    const between = faulty.calls.slice(written, renamed).map(({ effect }) => effect);
    assert.ok(between.lastIndexOf('fsync') > between.lastIndexOf('writeSync'), between.join());
  });

  it('loses nothing when compaction is killed at any moment', async () => {
    await using model = await journalPlace();
    await (await filled(model))[Symbol.asyncDispose]();
    const calls = await callsToOpen(model.text());
    assert.ok(calls > 10);
    for (let deadly = 1; deadly <= calls; deadly++) {
      await using place = await placeWith(model.text());
      await killedWhileOpening(place, deadly);
      await using store = await place.open();
      assert.deepEqual(facts(store), expectedFacts, `killed at call ${deadly}`);
    }
  });

  it('starts anew at any moment of its making', async () => {
    const calls = await callsToOpen(undefined);
    assert.ok(calls > 10);
    for (let deadly = 1; deadly <= calls; deadly++) {
      await using place = await journalPlace();
      await killedWhileOpening(place, deadly);
      await using store = await place.open();
      assert.equal(store.size, 0, `killed at call ${deadly}`);
    }
  });
});

describe('a journal that is not as it was left', () => {
  it('is refused when it is gone and something tells that there was one', async () => {
    for (const trace of ['id', 'journal.bak', 'status.json']) {
      await using place = await journalPlace();
      await (await place.open())[Symbol.asyncDispose]();
      fs.rmSync(place.file);
      if (trace === 'status.json') {
        await writeStatus(place.stateDirectory, 'acc', { ...noStatus, delivered: 3 });
      } else fs.writeFileSync(path.join(place.folder, trace), '');
      for (const lock of [true, false]) {
        const failure = await failureOf(place.open({ lock }), 'state');
        assert.match(failure.facts.hint ?? '', /state skip acc --all/);
        assert.equal(failure.facts.path, place.file);
      }
    }
  });

  it('is made anew when the whole folder is gone before the maildrop was met', async () => {
    await using place = await journalPlace();
    await (await place.open())[Symbol.asyncDispose]();
    fs.rmSync(place.folder, { recursive: true });
    await using store = await place.open();
    assert.equal(store.size, 0);
  });

  it('is refused when the whole folder is gone later, and made anew when somebody wants that', async () => {
    await using place = await journalPlace();
    await meet(place);
    fs.rmSync(place.folder, { recursive: true });
    for (const lock of [true, false]) {
      const failure = await failureOf(place.open({ lock }), 'state');
      assert.match(failure.message, /missing, although mail was fetched before/);
      assert.match(failure.facts.hint ?? '', /popfetch state skip acc --all/);
    }
    {
      await using store = await place.open({ anew: true });
      assert.equal(store.isMet, false, 'nothing was compared with this one');
    }
    await using store = await place.open();
    assert.equal(store.size, 0);
  });

  it('is refused when it is empty, of another account, or of a newer format', async () => {
    const header = /^\S+ popfetch-journal 1 acc /;
    const cases: [(text: string) => string, RegExp][] = [
      [() => '', /line 1 is damaged/],
      [() => 'mail\n', /line 1 is damaged/],
      [(text) => text.replace(header, '00000000 popfetch-journal 2 acc '), /newer popfetch/],
      [(text) => text.replace(header, '00000000 popfetch-journal 1 acc '), /line 1 is damaged/],
    ];
    for (const [change, said] of cases) {
      await using place = await journalPlace();
      await (await place.open())[Symbol.asyncDispose]();
      place.write(change(place.text()));
      const failure = await failureOf(place.open(), 'state');
      assert.match(failure.facts.reason ?? '', said);
      assert.equal(failure.facts.path, place.file);
    }
    await using place = await journalPlace();
    await (await place.open({ account: 'other' }))[Symbol.asyncDispose]();
    await (await place.open())[Symbol.asyncDispose]();
    fs.copyFileSync(place.file.replace('acc/', 'other/'), place.file);
    assert.match((await failureOf(place.open(), 'state')).facts.reason ?? '', /account other/);
  });

  it('is refused where others can write to its folder', async () => {
    for (const which of ['stateDirectory', 'folder'] as const) {
      await using place = await journalPlace();
      await (await place.open())[Symbol.asyncDispose]();
      fs.chmodSync(place[which], 0o777);
      const failure = await failureOf(place.open(), 'state');
      assert.equal(failure.facts.hint, `Run: chmod 700 ${place[which]}`);
    }
  });

  it('is refused behind a link', async () => {
    for (const name of ['journal', 'lock']) {
      await using place = await journalPlace();
      await (await place.open())[Symbol.asyncDispose]();
      const file = path.join(place.folder, name);
      fs.renameSync(file, `${file}.real`);
      fs.symlinkSync(`${file}.real`, file);
      await failureOf(place.open(), 'config');
    }
    await using place = await journalPlace();
    await (await place.open())[Symbol.asyncDispose]();
    fs.renameSync(place.folder, `${place.folder}.real`);
    fs.symlinkSync(`${place.folder}.real`, place.folder);
    await failureOf(place.open(), 'state');
  });
});

describe('a journal with a torn end', () => {
  it('is cut there, so that what comes next stands on lines of its own', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    await store.record(records('a'));
    await store[Symbol.asyncDispose]();
    const whole = place.text();
    place.write(`${whole}0123abcd done ${'torn'.repeat(100)}`);
    await using looking = await place.open({ lock: false });
    assert.equal(looking.has('a'), true);
    await using mended = await place.open();
    assert.equal(place.text(), whole);
    await mended.record(records('b'));
    await mended[Symbol.asyncDispose]();
    await using next = await place.open();
    assert.equal(next.size, 2);
  });
});

describe('a failing disk under the journal', () => {
  it('ends all writing after a failed sync, and leaves nothing of the batch', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    await store.record(records('a'));
    const before = place.text();
    {
      using _ = faultyFs(({ effect }) => (effect === 'fdatasync' ? errno('EIO') : 'none'));
      const failure = await failureOf(store.record(records('b')), 'io_error');
      assert.equal(failure.facts.phase, 'state');
    }
    await failureOf(store.record(records('c')), 'io_error');
    assert.equal(store.has('b'), false);
    assert.equal(place.text(), before);
  });

  it('is named where only the closing fails', async () => {
    await using place = await journalPlace();
    const store = await place.open();
    await store.record(records('a'));
    using _ = faultyFs(({ effect }) => (effect === 'closeSync' ? errno('EIO') : 'none'));
    const closed = Promise.resolve(store[Symbol.asyncDispose]());
    const failure = await failureOf(closed, 'io_error');
    assert.equal(failure.facts.phase, 'state');
  });

  it('puts on record what was promised from its reserve when the disk is full', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    await store.intend([intent('a')]);
    const reserve = path.join(place.folder, 'reserve');
    {
      // Full until the reserve is gone.
      using _ = faultyFs(({ effect }) =>
        effect === 'writeSync' && fs.existsSync(reserve) ? errno('ENOSPC') : 'none',
      );
      await failureOf(store.intend([intent('b')]), 'no_space');
      assert.equal(fs.existsSync(reserve), true);
      await store.record(records('a'));
    }
    await store[Symbol.asyncDispose]();
    await using next = await place.open();
    assert.equal(next.has('a'), true);
    assert.deepEqual(next.unsettled, []);
    assert.equal(fs.statSync(reserve).size, 65_536);
  });

  it('goes on after a write that found no space, without half a line', async () => {
    await using place = await journalPlace();
    await using store = await place.open();
    const before = place.text();
    {
      let writes = 0;
      using _ = faultyFs(({ effect, on }) => {
        if (effect !== 'writeSync') return 'none';
        if (++writes === 1) fs.appendFileSync(place.file, 'half a li');
        return on === undefined ? 'none' : errno('EDQUOT');
      });
      await failureOf(store.intend([intent('a')]), 'no_space');
    }
    assert.equal(place.text(), before);
    await store.record(records('b'));
    await store[Symbol.asyncDispose]();
    await using next = await place.open();
    assert.equal(next.has('b'), true);
  });
});

async function placeWith(journal: string | undefined): Promise<JournalPlace> {
  const place = await journalPlace();
  if (journal === undefined) return place;
  fs.mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  place.write(journal);
  return place;
}

/** How many calls that change something it takes. */
async function callsToOpen(journal: string | undefined): Promise<number> {
  // Once without counting: what is loaded lazily is read by the same calls.
  await using warm = await journalPlace();
  await (await warm.open())[Symbol.asyncDispose]();
  await using place = await placeWith(journal);
  using faulty = faultyFs(() => 'none');
  await using _ = await place.open();
  return faulty.calls.length;
}

async function killedWhileOpening(place: JournalPlace, deadly: number): Promise<void> {
  using _ = faultyFs(({ number }) => (number === deadly ? 'die' : 'none'));
  await place.open().catch(() => 'killed');
}

const expectedFacts = { size: 600, first: false, last: true, unsettled: ['promised'], gone: true };

/** 1200 delivered of which half were forgotten, one tombstone, one promise. */
async function filled(place: JournalPlace): Promise<SeenStore> {
  const store = await place.open();
  const day = 24 * 3600 * 1000;
  const uids = Array.from({ length: 1200 }, (_, index) => `u${index}`);
  await store.intend(uids.map(intent));
  await store.record(records(...uids));
  const kept = new Set(uids.slice(0, 600));
  await store.reconcile(kept, 0);
  await store.reconcile(kept, 31 * day);
  kept.delete('u7');
  await store.reconcile(kept, 32 * day);
  await store.intend([intent('promised')]);
  return store;
}

function facts(store: SeenStore): typeof expectedFacts {
  return {
    size: store.size,
    first: store.has('u1199'),
    last: store.has('u0') && store.deliveredAt('u0') === 1000,
    unsettled: store.unsettled.map(({ uid }) => uid),
    gone: store.has('u7'),
  };
}

async function meet(place: JournalPlace): Promise<void> {
  await using store = await place.open();
  await store.meet();
}

async function failureOf(promise: Promise<unknown>, code: FailureCode): Promise<Failure> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof Failure, `no failure but ${String(thrown)}`);
  assert.equal(thrown.code, code, thrown.message);
  return thrown;
}

function withChecksum(body: string): string {
  return `${crc32(body).toString(16).padStart(8, '0')} ${body}\n`;
}
