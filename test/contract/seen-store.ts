import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Intent } from '../../src/mail/intent.ts';
import type { Remembered, SavedRecord, SeenStore } from '../../src/state/seen-store.ts';

/** What one account's store is kept in, beyond a process. */
export interface StorePlace extends AsyncDisposable {
  /** As the next run would; the one before is disposed. */
  open(): Promise<SeenStore>;
}

const day = 24 * 3600 * 1000;

/** What every kind of seen store keeps. */
export function seenStoreContract(kind: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${kind} as a seen store`, () => {
    it('begins empty', async () => {
      await using place = await makePlace();
      await using store = await place.open();
      assert.equal(store.size, 0);
      assert.equal(store.has('a'), false);
      assert.equal(store.deliveredAt('a'), undefined);
      assert.deepEqual(store.unsettled, []);
      assert.notEqual(store.bootId, '');
    });

    it('still knows in the next run what was delivered, and when', async () => {
      await using place = await makePlace();
      await reopened(place, (store) => store.record(records('a', 'b')));
      await reopened(place, async (store) => {
        assert.equal(store.size, 2);
        assert.equal(store.has('b'), true);
        assert.equal(store.deliveredAt('a'), 1000);
      });
    });

    it('keeps its id', async () => {
      await using place = await makePlace();
      const ids = new Set<string>();
      for (const _ of [1, 2]) await reopened(place, async (store) => ids.add(store.id));
      assert.equal(ids.size, 1);
    });

    it('gives the next run the intents that were not settled, as they were', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.intend([intent('a'), intent('b')]);
        await store.intend([intent('c')]);
        await store.record(records('a'));
        await store.withdraw(['c']);
        assert.deepEqual(store.unsettled, [intent('b')]);
      });
      await reopened(place, async (store) => {
        assert.deepEqual(store.unsettled, [intent('b')]);
        assert.equal(store.has('b'), false);
        assert.equal(store.has('c'), false);
      });
    });

    it('keeps both intents of two messages with one unique-id', async () => {
      await using place = await makePlace();
      const twins = [intent('a'), { ...intent('a'), place: 'elsewhere' }];
      await reopened(place, (store) => store.intend(twins));
      await reopened(place, async (store) => {
        assert.deepEqual(store.unsettled, twins);
        await store.record(records('a'));
        assert.deepEqual(store.unsettled, []);
      });
    });

    it('knows which of several destinations have a message until all have it', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.intend([intent('a'), intent('b')]);
        await store.recordParts([{ uid: 'a', parts: ['one'] }]);
        await store.recordParts([{ uid: 'a', parts: ['two', 'one'] }]);
      });
      await reopened(place, async (store) => {
        assert.deepEqual(store.unsettled, [intent('b')]);
        assert.equal(store.has('a'), false);
        assert.deepEqual(store.partsOf('a'), ['one', 'two']);
        await store.record(records('a'));
      });
      await reopened(place, async (store) => assert.deepEqual(store.partsOf('a'), []));
    });

    it('knows what is in quarantine, why and since when, until it is delivered', async () => {
      await using place = await makePlace();
      const why = 'refused: said \x00 no';
      await reopened(place, async (store) => {
        await store.recordParts([{ uid: 'a', parts: ['one'] }]);
        await store.record([{ uid: 'a', deliveredAt: 7, quarantined: why }]);
      });
      await reopened(place, async (store) => {
        assert.equal(store.has('a'), true);
        assert.equal(store.isQuarantined('a'), true);
        assert.deepEqual(store.quarantined, [{ uid: 'a', at: 7, why }]);
        assert.equal(store.deliveredAt('a'), undefined);
        const stored = { place: 'p', size: 1, sha256: 'x' };
        await store.recognise([{ uid: 'renamed', as: { uid: 'a', stored } }]);
        assert.equal(store.isQuarantined('renamed'), true);
        await store.forget(['renamed']);
        assert.equal(store.isQuarantined('renamed'), false);
        assert.deepEqual(store.partsOf('a'), ['one']);
        await store.reconcile(new Set(), 0);
        await store.reconcile(new Set(), 40 * day);
        assert.equal(store.isQuarantined('a'), true);
        await store.record(records('a'));
      });
      await reopened(place, async (store) => {
        assert.equal(store.isQuarantined('a'), false);
        assert.deepEqual(store.quarantined, []);
      });
    });

    it('takes any octets as a unique-id', async () => {
      await using place = await makePlace();
      const odd = ['../../x', 'a b', '%41', '', '\x00\n\r\xff', '-', 'x'.repeat(60_000), '\u20ac'];
      await reopened(place, (store) => store.record(records(...odd)));
      await reopened(place, async (store) => {
        for (const uid of odd) assert.equal(store.has(uid), true, uid.slice(0, 20));
        assert.equal(store.size, odd.length);
        assert.equal(store.has('A'), false);
      });
    });

    it('still knows what left the maildrop, for 30 days', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.record(records('a', 'b'));
        await store.reconcile(new Set(['b']), 0);
      });
      await reopened(place, async (store) => {
        await store.reconcile(new Set(['b']), 30 * day);
        assert.equal(store.has('a'), true);
        await store.reconcile(new Set(['b']), 30 * day + 1);
        assert.equal(store.has('a'), false);
      });
      await reopened(place, async (store) => {
        assert.equal(store.has('a'), false);
        assert.equal(store.has('b'), true);
        assert.equal(store.size, 1);
      });
    });

    it('counts the 30 days anew for what came back in between', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.record(records('a'));
        await store.reconcile(new Set(), 0);
        await store.reconcile(new Set(['a']), 20 * day);
        await store.reconcile(new Set(), 40 * day);
      });
      await reopened(place, async (store) => {
        await store.reconcile(new Set(), 60 * day);
        assert.equal(store.has('a'), true);
      });
    });

    it('forgets nothing at one listing that is empty by a glitch', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.record(records('a', 'b'));
        await store.reconcile(new Set(), 0);
        await store.reconcile(new Set(['a', 'b']), day);
        await store.reconcile(new Set(['a', 'b']), 100 * day);
        assert.equal(store.size, 2);
      });
    });

    it('gives what was stored with its fingerprint, and of what never had one the rest', async () => {
      await using place = await makePlace();
      const [a, b] = [{ ...intent('a'), print }, intent('b')];
      await reopened(place, async (store) => {
        await store.intend([a, b, intent('c')]);
        await store.record(records('a', 'b'));
        await store.mark(['d'], 5);
      });
      await reopened(place, async (store) => {
        assert.equal(store.has('d'), true);
        assert.equal(store.deliveredAt('d'), undefined);
        const all = await rememberedBy(store);
        assert.deepEqual(
          all.map(({ uid }) => uid),
          ['a', 'b'],
        );
        assert.deepEqual(all[0]?.stored.print, print);
        assert.equal(all[1]?.stored.print, undefined);
        assert.equal(all[1]?.stored.sha256, b.sha256);
        assert.equal(store.deliveredAt('d'), undefined);
      });
    });

    it('gives no more what it has forgotten', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.intend([intent('a')]);
        await store.record(records('a'));
        await store.forget(['a']);
        assert.equal(store.has('a'), false);
      });
      await reopened(place, async (store) => assert.deepEqual(await rememberedBy(store), []));
    });

    it('knows a recognised message under both unique-ids, delivered when it was', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.intend([{ ...intent('a'), print }]);
        await store.record(records('a'));
        const [as] = await rememberedBy(store);
        assert.ok(as);
        await store.recognise([{ uid: 'new', as }]);
      });
      await reopened(place, async (store) => {
        assert.equal(store.deliveredAt('new'), 1000);
        await store.forget(['a']);
        const [as] = await rememberedBy(store);
        assert.equal(as?.uid, 'new');
        assert.deepEqual(as.stored.print, print);
      });
    });

    it('tells what is on the server from what left it', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.record(records('a', 'b'));
        await store.mark(['never stored'], 0);
        assert.equal(store.present, 2);
        await store.reconcile(new Set(['b']), 0);
      });
      await reopened(place, async (store) => {
        assert.equal(store.present, 1);
        assert.equal(store.isGone('a'), true);
        assert.equal(store.isGone('b'), false);
      });
    });

    it('counts the trouble that a message made until it is delivered or leaves', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.attempted(['a', 'b'], 'exit 69, said: no', 1);
        await store.attempted(['a', 'c'], 'torn', 2);
      });
      await reopened(place, async (store) => {
        assert.deepEqual(store.attempts('a'), { count: 2, why: 'torn', at: 2 });
        assert.deepEqual(store.attempts('b'), { count: 1, why: 'exit 69, said: no', at: 1 });
        assert.equal(store.has('a'), false);
        await store.record(records('a'));
        assert.equal(store.attempts('a'), undefined);
        await store.reconcile(new Set(['a', 'b']), 3);
      });
      await reopened(place, async (store) => {
        assert.equal(store.attempts('a'), undefined);
        assert.equal(store.attempts('b')?.count, 1);
        assert.equal(store.attempts('c'), undefined);
      });
    });

    it('keeps the order of calls that are made without waiting', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await Promise.all([
          store.intend([intent('a')]),
          store.record(records('a')),
          store.intend([intent('b')]),
        ]);
      });
      await reopened(place, async (store) => {
        assert.equal(store.has('a'), true);
        assert.deepEqual(store.unsettled, [intent('b')]);
      });
    });

    it('has met its maildrop when somebody says so, or when it knows a message', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => assert.equal(store.isMet, false));
      await reopened(place, async (store) => {
        await store.meet();
        assert.equal(store.isMet, true);
      });
      await reopened(place, async (store) => assert.equal(store.isMet, true));
      await using other = await makePlace();
      await reopened(other, (store) => store.mark(['a'], 5));
      await reopened(other, async (store) => assert.equal(store.isMet, true));
    });

    it('gives all that is on record to another store, which then knows the same', async () => {
      await using place = await makePlace();
      await using other = await makePlace();
      const saved = await savedBy(place, recordOfEachKind);
      assert.deepEqual(
        saved.map(({ uid, state }) => [uid, state]),
        [
          ['a', 'delivered'],
          ['g', 'delivered'],
          ['m', 'marked'],
          ['p', 'undelivered'],
          ['q', 'quarantined'],
          ['t', 'undelivered'],
        ],
      );
      await reopened(other, async (store) => assert.equal(await store.restore(saved), 6));
      assert.deepEqual(await savedBy(other), saved);
      await reopened(other, async (store) => {
        assert.equal(store.deliveredAt('a'), 1000);
        assert.equal(store.isGone('g'), true);
        assert.equal(await store.restore(saved), 0);
      });
    });

    it('takes nothing from elsewhere for what it has on record itself', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await recordOfEachKind(store);
        await store.intend([intent('i')]);
      });
      const before = await savedBy(place);
      await reopened(place, async (store) => {
        const others = ['a', 'g', 'i', 'm', 'p', 'q', 't', 'x', 'x'];
        const foreign = others.map((uid) => ({ uid, state: 'delivered', at: 77 }) as const);
        assert.equal(await store.restore(foreign), 1);
        assert.deepEqual(store.unsettled, [intent('i')]);
      });
      const added = { uid: 'x', state: 'delivered', at: 77 } as const;
      assert.deepEqual((await savedBy(place)).sort(byUid), [...before, added].sort(byUid));
    });

    it('takes empty batches', async () => {
      await using place = await makePlace();
      await reopened(place, async (store) => {
        await store.intend([]);
        await store.record([]);
        await store.withdraw([]);
        await store.reconcile(new Set(), 0);
        assert.equal(store.size, 0);
      });
    });
  });
}

const print = { header: 'h'.repeat(22), content: 'c'.repeat(43) };

async function rememberedBy(store: SeenStore): Promise<readonly Remembered[]> {
  const all: Remembered[] = [];
  await store.remembered((message) => all.push(message));
  return all;
}

async function recordOfEachKind(store: SeenStore): Promise<void> {
  await store.intend([{ ...intent('a'), print }]);
  await store.record(records('a'));
  await store.record(records('g'));
  await store.record([{ uid: 'q', deliveredAt: 9, quarantined: 'no thanks' }]);
  await store.mark(['m'], 7);
  await store.recordParts([{ uid: 'p', parts: ['one', 'two'] }]);
  await store.attempted(['t'], 'tore', 8);
  await store.reconcile(new Set(['a', 'q', 'm', 'p', 't']), 2000);
}

async function savedBy(
  place: StorePlace,
  before: (store: SeenStore) => Promise<unknown> = async () => undefined,
): Promise<SavedRecord[]> {
  const all: SavedRecord[] = [];
  await reopened(place, async (store) => {
    await before(store);
    await store.saved((record) => all.push(record));
  });
  return all.sort(byUid);
}

function byUid(one: SavedRecord, other: SavedRecord): number {
  return one.uid.localeCompare(other.uid);
}

export function intent(uid: string): Intent {
  return {
    uid,
    place: `1.P_0.h,S=3`,
    size: 3,
    sha256: 'ab'.repeat(32),
    bootId: 'boot-1',
  };
}

export function records(...uids: string[]): { uid: string; deliveredAt: number }[] {
  return uids.map((uid) => ({ uid, deliveredAt: 1000 }));
}

async function reopened(
  place: StorePlace,
  use: (store: SeenStore) => Promise<unknown>,
): Promise<void> {
  await using store = await place.open();
  await use(store);
}
