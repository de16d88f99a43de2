import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Delivery, Destination } from '../../../src/destination/destination.ts';
import { openJournalStore } from '../../../src/state/journal-seen-store.ts';
import type { SeenStore } from '../../../src/state/seen-store.ts';
import { message, plain } from '../../contract/destination.ts';
import { type Call, errno, type Fault, faultyFs } from '../../durable/faulty-fs.ts';
import { type MaildirPlace, maildirPlace } from './place.ts';

// Hundreds of runs with a dozen syncs each: in memory they take seconds.
if (fs.existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm';

/** Otherwise each call fails with one of the errors. */
const everyPoint = process.env.POPFETCH_LONG === '1';
const uids = ['a', 'b', 'c'];
const texts = uids.map((uid) => `text of ${uid}`);

describe('a Maildir with its journal', () => {
  it('has each message once, whichever call of the system the process is killed at', async () => {
    const calls = await callsOfRun();
    assert.ok(calls.length > 60, `only ${calls.length} calls`);
    for (const { number, effect } of calls) {
      await using place = await maildirPlace();
      await runWith(place, (call) => (call.number === number ? 'die' : 'none'));
      await onceMore(place);
      assert.deepEqual(place.visible().sort(), texts, `killed at ${effect}, call ${number}`);
      assert.deepEqual(place.names('tmp'), []);
    }
  });

  it('has each message once when recovery is killed as well', async () => {
    const calls = await callsOfRun();
    for (const { number } of calls.filter(({ effect }) => effect === 'renameSync')) {
      for (let second = 1; second < 40; second += 3) {
        await using place = await maildirPlace();
        await runWith(place, (call) => (call.number === number ? 'die' : 'none'));
        await runWith(place, (call) => (call.number === second ? 'die' : 'none'));
        await onceMore(place);
        assert.deepEqual(place.visible().sort(), texts, `killed at ${number}, then at ${second}`);
      }
    }
  });

  it('has each message once, whichever call fails with whichever error', async () => {
    const calls = await callsOfRun();
    const codes = ['EIO', 'ENOSPC', 'EMFILE'];
    for (const [at, code] of codes.entries()) {
      for (const { number, effect } of calls) {
        if (!everyPoint && number % codes.length !== at) continue;
        await using place = await maildirPlace();
        await runWith(place, (call) => (call.number === number ? errno(code) : 'none'));
        await onceMore(place);
        assert.deepEqual(place.visible().sort(), texts, `${code} from ${effect}, call ${number}`);
        assert.deepEqual(place.names('tmp'), []);
      }
    }
  });

  it('syncs each step before it takes the next', async () => {
    const calls = await callsOfRun();
    const steps = calls.map(({ effect, on }) => `${effect} ${String(on)}`).join('\n');
    const renames = indexesOf(calls, 'renameSync', '/Maildir/tmp/');
    const dataSyncs = indexesOf(calls, 'fdatasync', '');
    const fileSyncs = indexesOf(calls, 'fsync', '');
    // Two batches: an intent is on the disk before the first rename, a record only after the last one was synced.
    const [firstRename = 0] = renames;
    const lastOfFirstBatch = renames[1] ?? 0;
    assert.equal(renames.length, 3, steps);
    assert.ok((dataSyncs[0] ?? Infinity) < firstRename, steps);
    const folderSync = fileSyncs.find((index) => index > lastOfFirstBatch) ?? Infinity;
    assert.ok(folderSync < (dataSyncs[1] ?? 0), steps);
    assert.ok(fileSyncs.filter((index) => index < (dataSyncs[0] ?? 0)).length >= 3, steps);
  });
});

/** As poll does it: settle what was left behind, then fetch what is not seen, in two batches. */
async function run(place: MaildirPlace): Promise<void> {
  await using store = await openJournalStore({
    directory: path.join(path.dirname(path.dirname(place.root)), 'state'),
    account: 'acc',
    now: () => place.now,
    lock: true,
  });
  const destination = place.open(store.id);
  await destination.prepare();
  await recover(destination, store);
  const wanted = uids.filter((uid) => !store.has(uid));
  for (const batch of [wanted.slice(0, 2), wanted.slice(2)]) {
    const accepted: Delivery[] = [];
    for (const uid of batch) {
      accepted.push(await destination.accept(message(uid, `text of ${uid}`), plain));
    }
    await settle(accepted, destination, store);
  }
}

async function recover(destination: Destination, store: SeenStore): Promise<void> {
  const recovered = await destination.recover(store.unsettled, store.bootId);
  const uidsIn = (wanted: string) =>
    recovered.filter(({ state }) => state === wanted).map(({ uid }) => uid);
  await store.record(uidsIn('delivered').map((uid) => ({ uid, deliveredAt: 1 })));
  await store.withdraw(uidsIn('absent'));
}

async function settle(
  batch: readonly Delivery[],
  destination: Destination,
  store: SeenStore,
): Promise<void> {
  const unsynced = (await destination.secure(batch)).map(({ delivery }) => delivery);
  const secured = batch.filter((delivery) => !unsynced.includes(delivery));
  const { bootId } = store;
  await store.intend(secured.map((delivery) => ({ ...destination.intent(delivery), bootId })));
  const unmoved = (await destination.commit(secured)).map(({ delivery }) => delivery);
  const done = secured.filter((delivery) => !unmoved.includes(delivery));
  await store.record(done.map(({ uid }) => ({ uid, deliveredAt: 1 })));
}

async function runWith(place: MaildirPlace, faultFor: (call: Call) => Fault): Promise<void> {
  using _ = faultyFs(faultFor);
  await run(place).catch(() => 'killed or failed');
}

/** The next run, on a disk that is well again; the one after finds nothing to do. */
async function onceMore(place: MaildirPlace): Promise<void> {
  await run(place);
  const before = fs.readdirSync(path.join(place.root, 'new'));
  await run(place);
  assert.deepEqual(fs.readdirSync(path.join(place.root, 'new')), before);
}

async function callsOfRun(): Promise<readonly Call[]> {
  // Once without counting: what is loaded lazily is read by the same calls.
  await using warm = await maildirPlace();
  await run(warm);
  await using place = await maildirPlace();
  using faulty = faultyFs(() => 'none');
  await run(place);
  return faulty.calls;
}

function indexesOf(calls: readonly Call[], effect: Call['effect'], on: string): number[] {
  return calls.flatMap((call, index) =>
    call.effect === effect && String(call.on).includes(on) ? [index] : [],
  );
}
