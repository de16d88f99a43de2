import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { recover, settle } from '../../../src/poll/settle.ts';
import { openJournalStore } from '../../../src/state/journal-seen-store.ts';
import { message, plain } from '../../contract/destination.ts';
import { type Call, errno, type Fault, faultyFs } from '../../durable/faulty-fs.ts';
import { type MboxPlace, mboxPlace } from './place.ts';

// Hundreds of runs with a dozen syncs each: in memory they take seconds.
if (fs.existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm';

/** Otherwise each call fails with one of the errors, and where two things happen only some of the pairs are tried. */
const everyPoint = process.env.POPFETCH_LONG === '1';
const uids = ['a', 'b', 'c'];
const texts = uids.map((uid) => `From: ${uid}@x\n\ntext of ${uid}\n`);
const before = 'From o Sun Nov 22 06:00:00 2026\nSubject: there before\n\n';
const behind = 'From o Sun Nov 22 07:00:00 2026\nSubject: behind\n\n';

describe('an mbox with its journal', () => {
  it('has each message once, whichever call of the system the process is killed at', async () => {
    const calls = await callsOfRun();
    assert.ok(calls.length > 60, `only ${calls.length} calls`);
    for (const { number, effect } of calls) {
      await using place = await placeWithMail();
      await runWith(place, (call) => (call.number === number ? 'die' : 'none'));
      await onceMore(place);
      assertAll(place, [], `killed at ${effect}, call ${number}`);
    }
  });

  it('has each message once when recovery is killed as well', async () => {
    const calls = await callsOfRun();
    for (const { number } of calls.filter(isOnMbox)) {
      for (
        let second = everyPoint ? 1 : 1 + (number % 7);
        second < 60;
        second += everyPoint ? 1 : 7
      ) {
        await using place = await placeWithMail();
        await runWith(place, (call) => (call.number === number ? 'die' : 'none'));
        await runWith(place, (call) => (call.number === second ? 'die' : 'none'));
        await onceMore(place);
        assertAll(place, [], `killed at ${number}, then at ${second}`);
      }
    }
  });

  it('has each message once, whichever call fails with whichever error', async () => {
    const calls = await callsOfRun();
    const codes = ['EIO', 'ENOSPC', 'EACCES'];
    for (const [at, code] of codes.entries()) {
      for (const { number, effect } of calls) {
        if (!everyPoint && number % codes.length !== at) continue;
        await using place = await placeWithMail();
        await runWith(place, (call) => (call.number === number ? errno(code) : 'none'));
        await onceMore(place);
        assertAll(place, [], `${code} from ${effect}, call ${number}`);
      }
    }
  });

  it('has each message once, and no other lost, when a program writes before the rerun', async () => {
    const calls = await callsOfRun();
    for (const { number, effect } of calls) {
      if (!everyPoint && number % 2 === 0) continue;
      await using place = await placeWithMail();
      await runWith(place, (call) => (call.number === number ? 'die' : 'none'));
      const torn = partOfOurs(place);
      if (fs.existsSync(place.file)) fs.appendFileSync(place.file, behind);
      else fs.writeFileSync(place.file, behind);
      await onceMore(place);
      const others = torn === '' ? [behind] : [`${torn}${behind}`];
      assertAll(place, others, `killed at ${effect}, call ${number}`);
    }
  });

  it('does not take a message whose spool file could not be closed', async () => {
    await using place = await placeWithMail();
    const destination = place.open('our-store');
    await destination.prepare();
    {
      using _ = faultyFs(({ effect }) => (effect === 'closeSync' ? errno('EIO') : 'none'));
      await assert.rejects(destination.accept(message('a', 'x'), plain), { code: 'io_error' });
    }
    assert.equal(place.hidden(), 0);
  });

  it('syncs the folder for each file that may be new, because readers remove an empty mbox', async () => {
    await using place = await mboxPlace();
    const destination = place.open('our-store');
    await destination.prepare();
    const synced: string[] = [];
    using _ = faultyFs(({ effect, on }) => {
      if (effect === 'fsync') synced.push(path.basename(linkOf(on)));
      return 'none';
    });
    const folderSyncs = async (uid: string): Promise<number> => {
      synced.length = 0;
      const batch = [await destination.accept(message(uid, 'x'), plain)];
      assert.deepEqual(
        [await destination.secure(batch), await destination.commit(batch)],
        [[], []],
      );
      return synced.filter((name) => name === 'mail').length;
    };
    assert.deepEqual([await folderSyncs('a'), await folderSyncs('b')], [1, 0]);
    fs.rmSync(place.file);
    assert.equal(await folderSyncs('c'), 1);
  });

  it('cuts back what it could not write whole, so that the next batch follows the last message', async () => {
    for (const failing of ['writeSync', 'fsync'] as const) {
      await using place = await placeWithMail();
      const atMbox = (call: Call) =>
        call.effect === failing && linkOf(call.on).endsWith('/mail/inbox');
      let times = 0;
      await runWith(place, (call) => (atMbox(call) && times++ === 0 ? errno('EIO') : 'none'));
      assert.equal(times > 0, true);
      assert.deepEqual(place.visible().slice(0, 1), [messageOf(before)]);
      await onceMore(place);
      assertAll(place, [], failing);
    }
  });
});

/** As poll does it: settle what was left behind, then fetch what is not seen, in two batches. */
async function run(place: MboxPlace): Promise<void> {
  await using store = await openJournalStore({
    directory: path.join(path.dirname(path.dirname(place.file)), 'state'),
    account: 'acc',
    now: Date.now,
    lock: true,
  });
  const destination = place.open(store.id);
  await destination.prepare();
  await recover(destination, store, () => 1);
  const wanted = uids.filter((uid) => !store.has(uid));
  const session = { delete: () => undefined };
  const parts = { destination, store, session, onceDelivered: 'leave', now: () => 1 } as const;
  for (const batch of [wanted.slice(0, 2), wanted.slice(2)]) {
    const accepted = [];
    for (const uid of batch) {
      const one = message(uid, texts[uids.indexOf(uid)]?.replaceAll('\n', '\r\n') ?? '');
      accepted.push({ ref: one.ref, delivery: await destination.accept(one, plain) });
    }
    await settle(accepted, parts);
  }
}

async function runWith(place: MboxPlace, faultFor: (call: Call) => Fault): Promise<void> {
  using _ = faultyFs(faultFor);
  await run(place).catch(() => undefined);
}

/** The next run has what is missing, and the one after it changes nothing. */
async function onceMore(place: MboxPlace): Promise<void> {
  await run(place);
  const text = place.text();
  await run(place);
  assert.equal(place.text(), text);
}

async function placeWithMail(): Promise<MboxPlace> {
  const place = await mboxPlace();
  fs.mkdirSync(path.dirname(place.file));
  fs.writeFileSync(place.file, before);
  return place;
}

function assertAll(place: MboxPlace, others: readonly string[], when: string): void {
  const expected = [before, ...others].map(messageOf);
  assert.deepEqual(place.visible().sort(), [...texts, ...expected].sort(), when);
  assert.equal(place.hidden(), 0, when);
  assert.deepEqual(fs.readdirSync(path.dirname(place.file)), ['inbox'], when);
}

/** What a killed write left at the end. */
function partOfOurs(place: MboxPlace): string {
  const text = place.text();
  const record = text.slice(text.lastIndexOf('From ') < 0 ? 0 : text.lastIndexOf('\n\n') + 2);
  return record;
}

function messageOf(record: string): string {
  return record.slice(record.indexOf('\n') + 1, -1);
}

async function callsOfRun(): Promise<readonly Call[]> {
  // Once without counting: what is loaded lazily is read by the same calls.
  await using warm = await placeWithMail();
  await run(warm);
  await using place = await placeWithMail();
  using faulty = faultyFs(() => 'none');
  await run(place);
  return faulty.calls;
}

function isOnMbox({ effect }: Call): boolean {
  return ['writeSync', 'fsync', 'linkSync'].includes(effect);
}

/** The path behind a descriptor. */
function linkOf(on: unknown): string {
  return typeof on === 'number' ? fs.readlinkSync(`/proc/self/fd/${on}`) : String(on);
}
