import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Destination } from '../../../src/destination/destination.ts';
import { formatPlaces, parsePlaces } from '../../../src/destination/several/place.ts';
import { several } from '../../../src/destination/several/several.ts';
import { partId } from '../../../src/destination/spool/part-id.ts';
import { Failure } from '../../../src/errors.ts';
import type { RetrievedMessage } from '../../../src/mail/message.ts';
import { recover, settle } from '../../../src/poll/settle.ts';
import {
  delivered,
  destinationContract,
  message,
  plain,
  promised,
} from '../../contract/destination.ts';
import { MemoryDestination, memoryDisk } from '../../support/memory-destination.ts';
import { MemorySeenStore, memoryRecords } from '../../support/memory-seen-store.ts';
import { withLastLineEnd } from '../mbox/place.ts';
import { severalPlace } from './place.ts';

destinationContract('Several destinations', severalPlace, withLastLineEnd);

const [a, b] = [partId('a'), partId('b')];
const boot = 'boot';

function pair(disks = { a: memoryDisk(), b: memoryDisk() }) {
  const [one, other] = [new MemoryDestination(disks.a), new MemoryDestination(disks.b)];
  const parts = [
    { identity: 'a', destination: one },
    { identity: 'b', destination: other },
  ];
  return { disks, one, other, parts, both: several('both', parts) };
}

const refused = new Failure('deliver_perm', 'refused', { phase: 'deliver' });

test('what one part refuses for good is in the other, and only the missing part gets it again', async () => {
  const { one, other, both } = pair();
  const store = new MemorySeenStore();
  other.fail = (step) => (step === 'commit' ? refused : undefined);
  const settled = await settleOne(both, store);
  assert.equal(settled.failed.length, 1);
  assert.deepEqual(store.partsOf('u'), [a]);
  assert.deepEqual(store.unsettled, []);
  assert.equal(store.has('u'), false);
  other.fail = () => undefined;
  assert.equal((await settleOne(both, store)).delivered.length, 1);
  assert.deepEqual([one.uids, other.uids], [['u'], ['u']]);
  assert.equal(store.has('u'), true);
  assert.deepEqual(store.partsOf('u'), []);
});

test('a failure names the part that failed, and not all of them', async () => {
  for (const step of ['accept', 'secure', 'commit'] as const) {
    const { other, both } = pair();
    Object.defineProperty(other, 'label', { value: 'the other' });
    other.fail = (at) => (at === step ? refused : undefined);
    const failure = await settleOne(both, new MemorySeenStore()).then(
      ({ failed }) => failed[0]?.failure,
      (thrown: unknown) => thrown,
    );
    assert.ok(failure instanceof Failure);
    assert.deepEqual(
      [failure.code, failure.facts.destination],
      ['deliver_perm', 'the other'],
      step,
    );
  }
});

test('where it is not certain that a part has not got it, the promise stands until recovery', async () => {
  const { disks, other, both } = pair();
  const records = memoryRecords();
  const store = new MemorySeenStore(records);
  other.fail = (step) => (step === 'commit' ? new Failure('io_error', 'disk') : undefined);
  await settleOne(both, store);
  assert.equal(store.unsettled.length, 1);
  const next = pair(disks);
  await recover(next.both, new MemorySeenStore(records), () => 0);
  assert.deepEqual([next.one.uids, next.other.uids], [['u'], ['u']]);
  assert.equal(records.known.has('u'), true);
});

test('recovery tells which part has it when the other lost its copy', async () => {
  const { disks, both } = pair();
  const batch = [await both.accept(message('u', 'text'), plain)];
  await both.secure(batch);
  const intents = promised(both, batch);
  await both.commit(batch);
  disks.b.visible.clear();
  const next = pair(disks);
  assert.deepEqual(await next.both.recover(intents, boot), [
    { uid: 'u', state: 'partial', parts: [a] },
  ]);
});

test('their order in the list means nothing', async () => {
  const { disks, parts, both } = pair();
  const batch = [await both.accept(message('u', 'text'), plain)];
  await both.secure(batch);
  const intents = promised(both, batch);
  const turned = several('turned', parts.toReversed());
  assert.deepEqual(await turned.recover(intents, boot), [{ uid: 'u', state: 'delivered' }]);
  assert.deepEqual([disks.a.visible.size, disks.b.visible.size], [1, 1]);
});

test('what all have already is read and goes nowhere', async () => {
  const { one, other, both } = pair();
  const already = { ...plain, already: [a, b] };
  const delivery = await both.accept(message('u', 'x\r\n'), already);
  const batch = [delivery];
  assert.equal(delivery.size, 2);
  await delivered(both, batch);
  const intents = promised(both, batch);
  assert.deepEqual(await both.recover(intents, boot), [{ uid: 'u', state: 'delivered' }]);
  assert.deepEqual([one.uids, other.uids], [[], []]);
});

test('a part that fails before it reads holds nobody up, and nothing is left in the others', async () => {
  const { disks, one, parts } = pair();
  const full = new Failure('no_space', 'full');
  const closed: Destination = Object.assign(new MemoryDestination(), {
    accept: () => Promise.reject(full),
  });
  const three = several('three', [...parts, { identity: 'closed', destination: closed }]);
  await assert.rejects(three.accept(message('u', 'text'), plain), { code: 'no_space' });
  assert.deepEqual([disks.a.tmp.size, disks.b.tmp.size], [0, 0]);
  assert.ok(one.steps.includes('accept u'));
});

test('no slice is asked for before every part has used up the one before', async () => {
  const { parts } = pair();
  let handed = 0;
  const used = [0, 0];
  const slow = parts.map(({ identity, destination }, at) => ({
    identity,
    destination: Object.assign(destination, {
      accept: async ({ ref, content }: RetrievedMessage) => {
        for await (const _ of content) {
          for (let pause = 0; pause < at * 5; pause++) await Promise.resolve();
          used[at] = (used[at] ?? 0) + 1;
          assert.ok(handed - Math.min(...used) <= 1, 'one ahead at most');
        }
        return { uid: ref.uid, size: 0, sha256: '', messageId: undefined };
      },
    }),
  }));
  async function* content() {
    for (handed = 1; handed <= 50; handed++) yield Buffer.from('x');
  }
  const { ref } = message('u', '');
  await several('slow', slow).accept({ ref, content: content() }, plain);
  assert.deepEqual(used, [50, 50]);
});

test('a message that one part cannot secure becomes visible in none', async () => {
  const { one, other, both, disks } = pair();
  other.fail = (step, uid) => (step === 'secure' && uid === 'bad' ? refused : undefined);
  one.fail = other.fail;
  const batch = [
    await both.accept(message('bad', 'bad'), plain),
    await both.accept(message('good', 'good'), plain),
  ];
  const [failed, ...more] = await both.secure(batch);
  assert.equal(failed?.delivery.uid, 'bad');
  assert.deepEqual(more, []);
  await both.commit(batch.slice(1));
  assert.deepEqual([one.uids, other.uids], [['good'], ['good']]);
  assert.deepEqual([disks.a.tmp.size, disks.b.tmp.size], [0, 0]);
});

test('what the only destination of then promised is settled by whichever part it is now', async () => {
  const { disks, parts } = pair();
  const [{ destination }] = parts as [(typeof parts)[0]];
  const batch = [await destination.accept(message('u', 'text'), plain)];
  await destination.secure(batch);
  const intents = promised(destination, batch);
  const next = pair(disks);
  assert.deepEqual(await next.both.recover(intents, boot), [{ uid: 'u', state: 'delivered' }]);
});

test('a part that is configured no more does not make a message whole', async () => {
  const { both, disks } = pair();
  const batch = [await both.accept(message('u', 'text'), plain)];
  await both.secure(batch);
  const intents = promised(both, batch);
  const alone = several('alone', [{ identity: 'a', destination: new MemoryDestination(disks.a) }]);
  assert.deepEqual(await alone.recover(intents, boot), [
    { uid: 'u', state: 'partial', parts: [a] },
  ]);
  const others = several('others', [{ identity: 'c', destination: new MemoryDestination() }]);
  assert.deepEqual(await others.recover(intents, boot), [{ uid: 'u', state: 'absent' }]);
});

test('the places of several are told from what any single destination writes', () => {
  const places = new Map([
    [a, '1700.P0_0.h,S=4'],
    [b, 'mbox1:1:2:3;x=y%'],
  ]);
  assert.deepEqual(parsePlaces(formatPlaces(places)), places);
  assert.deepEqual(parsePlaces(formatPlaces(new Map())), new Map());
  for (const single of ['1700.P0_0.h,S=4', 'mbox1:1:2', `${a}.0123_1_ab`, '']) {
    assert.equal(parsePlaces(single), undefined, single);
  }
});

async function settleOne(destination: Destination, store: MemorySeenStore) {
  const { ref, content } = message('u', 'Subject: u\r\n\r\ntext\r\n');
  const already = store.partsOf('u');
  const delivery = await destination.accept({ ref, content }, { ...plain, already });
  const session = { delete: () => undefined };
  return settle([{ ref, delivery }], {
    destination,
    store,
    session,
    onceDelivered: 'delete',
    now: () => 0,
  });
}
