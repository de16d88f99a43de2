import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { headerPrint } from '../../src/mail/fingerprint.ts';
import { type FirstListing, predecessorOf } from '../../src/poll/acquaintance.ts';
import { MemorySeenStore } from '../support/memory-seen-store.ts';

/** The header that the server shows for a unique-id; `whose` tells maildrops apart whose servers merely count. */
const headerOf = (uid: string, whose: string) =>
  headerPrint(Buffer.from(`Message-ID: <${uid}@${whose}>\r\n\r\n`));

interface Former {
  readonly uids: readonly string[];
  /** Whose mail it was; undefined: nothing was stored, only marked as seen. */
  readonly whose?: string;
  readonly unsettled?: number;
  readonly isInUse?: boolean;
}

async function storeOf({ uids, whose, unsettled = 0 }: Former): Promise<MemorySeenStore> {
  const store = new MemorySeenStore();
  const intent = (uid: string) => {
    const print = { header: headerOf(uid, whose ?? '').header, content: 'c'.repeat(43) };
    return { uid, place: 'p', size: 1, sha256: 'a'.repeat(64), bootId: 'b', print };
  };
  if (whose === undefined) await store.mark(uids, 1);
  else {
    await store.intend(uids.map(intent));
    await store.record(uids.map((uid) => ({ uid, deliveredAt: 1 })));
  }
  for (let at = 0; at < unsettled; at++) await store.intend([intent(`unsettled-${at}`)]);
  return store;
}

/** Asks whose state the listing of the account `new`, of joe's maildrop, fits. */
async function found(
  listed: readonly string[],
  formers: Readonly<Record<string, Former>>,
  options: {
    readonly received?: number;
    readonly refusesTop?: boolean;
    readonly forgotten?: boolean;
  } = {},
): Promise<string> {
  const { received = 0, refusesTop = false, forgotten = false } = options;
  const first: FirstListing = {
    account: 'new',
    firstContact: {
      seenList: '/state/accounts/new/journal',
      wasForgotten: () => forgotten,
      predecessors: () =>
        Object.entries(formers).map(([account, former]) => ({
          account,
          isInUse: former.isInUse ?? false,
          look: () => storeOf(former),
          handOver: () => Promise.reject(new Error('only asked')),
        })),
    },
    destination: { label: '~/Maildir/', received: async () => received },
    session: {
      headers: async (refs) =>
        refs.map(({ uid }) => (refusesTop ? undefined : headerOf(uid, 'joe'))),
    },
    listing: { messages: listed.map((uid, at) => ({ uid, number: at + 1, size: 1 })) },
  };
  try {
    return (await predecessorOf(first))?.account ?? 'nobody';
  } catch (thrown) {
    if (!(thrown instanceof Failure && thrown.code === 'state')) throw thrown;
    return `${thrown.message} | ${thrown.facts.hint}`;
  }
}

const joe = (...uids: string[]): Former => ({ uids, whose: 'joe' });
const ann = (...uids: string[]): Former => ({ uids, whose: 'ann' });

test('an account is recognised under another name when half of the listing is known', async () => {
  const cases: readonly (readonly [listed: string, known: string, found: string])[] = [
    ['1 2 3 4', '1 2', 'old'],
    ['1 2 3 4', '1', 'nobody'],
    ['1 2 3 4 5', '1 2', 'nobody'],
    ['1 2 3 4 5', '4 5 1 9', 'old'],
    ['1 2 3', '1 2 3 4', 'old'],
    ['1 2 3', '1 2', 'nobody'],
    ['1', '1', 'old'],
    ['1', '2', 'nobody'],
  ];
  for (const [listed, known, account] of cases)
    assert.equal(
      await found(listed.split(' '), { old: joe(...known.split(' ')) }),
      account,
      `${listed} by ${known}`,
    );
});

test("another account's state is not taken although its server counts alike", async () => {
  assert.equal(await found(['1', '2', '3', '4'], { old: ann('1', '2', '3', '4') }), 'nobody');
});

test('of two accounts with the same unique-ids the one with the same messages is taken', async () => {
  const formers = { ann: ann('1', '2'), joe: joe('1', '2') };
  assert.equal(await found(['1', '2'], formers), 'joe');
});

test('where two are alike, or nothing shows that one is, the account stops and says what to run', async () => {
  const two = { home: joe('1', '2'), work: joe('1', '2', '3') };
  assert.match(await found(['1', '2'], two), /home and work/);
  for (const said of [
    await found(['1', '2'], { home: { uids: ['1', '2'] } }),
    await found(['1', '2'], { home: joe('1', '2') }, { refusesTop: true }),
    await found(['1', '2'], { home: { ...joe('1', '2'), isInUse: true } }),
  ]) {
    assert.match(said, /home, not in this configuration, may be the same maildrop/);
    assert.match(said, /popfetch state export home \| popfetch state import new"/);
  }
});

test('an account that was interrupted is not taken over: what was on its way is not known', async () => {
  const interrupted = { home: { ...joe('1', '2'), unsettled: 2 } };
  assert.match(await found(['1', '2'], interrupted), /2 messages were on the way/);
});

test('the account stops when its destination has what it knows nothing of', async () => {
  const said = await found(['1', '2', '3'], {}, { received: 2 });
  assert.match(said, /accounts\/new\/journal knows nothing, although 2 of the 3 messages/);
  assert.match(said, /popfetch state skip new --all/);
  assert.match(said, /popfetch --once --all new/);
  assert.equal(await found(['1', '2', '3'], { old: joe('1', '2', '3') }, { received: 2 }), 'old');
  assert.equal(await found(['1', '2', '3'], {}, { received: 2, forgotten: true }), 'nobody');
});
