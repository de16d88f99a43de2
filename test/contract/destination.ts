import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Delivery, Destination } from '../../src/destination/destination.ts';
import { Failure } from '../../src/errors.ts';
import type { Intent } from '../../src/mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../../src/mail/message.ts';

/** One place to deliver to, that outlives the destinations opened on it. */
export interface DeliveryPlace extends AsyncDisposable {
  /** As a new process would; `storeId` tells owners apart. */
  open(storeId: string): Destination;
  /** The texts of all visible messages, latin1. */
  visible(): string[];
  /** How many hidden leftovers there are. */
  hidden(): number;
}

const bootId = 'this-boot';

/**
 * What every kind of destination keeps. `stored` tells what a text becomes there when it does not stay as it is,
 * `traceAbove` which lines stand above `Received:`.
 */
export function destinationContract(
  kind: string,
  makePlace: () => Promise<DeliveryPlace>,
  stored: (text: string) => string = (text) => text,
  traceAbove = 'Return-Path: <ann@example.org>\nDelivered-To: joe@example.org\n',
): void {
  describe(`${kind} as a destination`, () => {
    it('shows nothing of a message before it is committed, and then the whole once', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const delivery = await destination.accept(message('a', 'Subject: a\r\n\r\nbody\r\n'), plain);
      assert.deepEqual(place.visible(), []);
      assert.deepEqual(await destination.secure([delivery]), []);
      assert.deepEqual(place.visible(), []);
      assert.deepEqual(await destination.commit([delivery]), []);
      assert.deepEqual(place.visible(), ['Subject: a\n\nbody\n']);
      assert.equal(place.hidden(), 0);
    });

    it('puts the trace above the message and leaves it out of size and hash', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const content = 'Subject: a\r\n\r\nbody\r\n';
      const traced = await destination.accept(message('a', content), { ...plain, trace: true });
      const bare = await destination.accept(message('b', content), plain);
      assert.equal(traced.size, 17);
      assert.equal(traced.sha256, sha256('Subject: a\n\nbody\n'));
      assert.deepEqual({ ...bare, uid: 'a' }, { ...traced });
      await delivered(destination, [traced]);
      const [text = ''] = place.visible();
      assert.match(text, /^Received: from pop\.example\b[\s\S]*\nSubject: a\n\nbody\n$/);
    });

    it('tells above a message, however large, who sent it and for whom, not in its size and hash', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const traced = { ...plain, trace: true, recipient: 'joe@example.org' };
      const texts = ['', `${'0123456789'.repeat(7)}\r\n`.repeat(3000)].map(
        (body) => `Subject: a\r\nFrom: Ann <ann@example.org>\r\n\r\n${body}`,
      );
      for (const text of texts) {
        const delivery = await destination.accept(message('a', text), traced);
        await delivered(destination, [delivery]);
        const bare = text.replaceAll('\r', '');
        assert.deepEqual([delivery.size, delivery.sha256], [bare.length, sha256(bare)]);
        const found = place.visible().find((one) => one.endsWith(`\n${bare}`)) ?? '';
        assert.equal(found.replace(/Received: [^\n]*\n(?:\t[^\n]*\n)*/, ''), traceAbove + bare);
      }
    });

    it('keeps every octet but the CR of a CRLF, wherever the slices are cut', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const odd = 'Odd: \x00\xff\r\n\r\na\rb\nc\r\r\nd\r\n\r';
      const slices = Array.from(odd, (octet) => Buffer.from(octet, 'latin1'));
      const delivery = await destination.accept(sliced('odd', slices), plain);
      await delivered(destination, [delivery]);
      assert.deepEqual(place.visible(), [stored('Odd: \x00\xff\n\na\rb\nc\r\nd\n\r')]);
      assert.equal(delivery.sha256, sha256('Odd: \x00\xff\n\na\rb\nc\r\nd\n\r'));
    });

    it('takes an empty message and one without a header', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const batch = [
        await destination.accept(message('empty', ''), plain),
        await destination.accept(message('bare', 'no header here'), plain),
      ];
      await delivered(destination, batch);
      assert.deepEqual(place.visible().sort(), ['', 'no header here'].map(stored));
    });

    it('takes a message larger than any buffer', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const line = `${'0123456789'.repeat(7)}\r\n`;
      const slices = Array.from({ length: 5000 }, () => Buffer.from(line.repeat(3)));
      const delivery = await destination.accept(sliced('large', slices), plain);
      await delivered(destination, [delivery]);
      const expected = line.replace('\r', '').repeat(15_000);
      assert.equal(place.visible()[0], expected);
      assert.equal(delivery.sha256, sha256(expected));
      assert.equal(delivery.size, expected.length);
    });

    it('delivers two messages that bear one unique-id', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      for (const text of ['one', 'two']) {
        await delivered(destination, [await destination.accept(message('same', text), plain)]);
      }
      assert.deepEqual(place.visible().sort(), ['one', 'two'].map(stored));
    });

    it('leaves nothing behind of a message that breaks off', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const lost = new Failure('connection_lost', 'cut');
      for (const octets of [10, 300_000]) {
        const accepting = destination.accept(broken('a', octets, lost), plain);
        await assert.rejects(accepting, lost);
      }
      assert.deepEqual(place.visible(), []);
      assert.equal(place.hidden(), 0);
    });

    it('takes back what is aborted', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const [kept, dropped] = [
        await destination.accept(message('a', 'kept'), plain),
        await destination.accept(message('b', 'dropped'), plain),
      ];
      await destination.abort(dropped);
      await delivered(destination, [kept]);
      assert.deepEqual(place.visible(), [stored('kept')]);
      assert.equal(place.hidden(), 0);
    });

    it('sweeps what was accepted and never promised', async () => {
      await using place = await makePlace();
      const crashed = await prepared(place);
      await crashed.secure([await crashed.accept(message('a', 'unpromised'), plain)]);
      const next = await prepared(place);
      assert.deepEqual(await next.recover([], bootId), []);
      assert.deepEqual(place.visible(), []);
      assert.equal(place.hidden(), 0);
    });

    it('rolls forward what was promised and not yet visible', async () => {
      await using place = await makePlace();
      const crashed = await prepared(place);
      const batch = [
        await crashed.accept(message('a', 'first'), { ...plain, trace: true }),
        await crashed.accept(message('b', 'second'), plain),
      ];
      await crashed.secure(batch);
      const intents = promised(crashed, batch);
      await crashed.commit(batch.slice(0, 1));
      const next = await prepared(place);
      assert.deepEqual(await next.recover(intents, bootId), [
        { uid: 'a', state: 'delivered' },
        { uid: 'b', state: 'delivered' },
      ]);
      assert.equal(place.visible().length, 2);
      assert.equal(place.hidden(), 0);
    });

    it('recovers the same again when recovery itself was cut short', async () => {
      await using place = await makePlace();
      const crashed = await prepared(place);
      const batch = [await crashed.accept(message('a', 'once'), plain)];
      await crashed.secure(batch);
      const intents = promised(crashed, batch);
      for (const _ of [1, 2, 3]) {
        const next = await prepared(place);
        assert.deepEqual(await next.recover(intents, bootId), [{ uid: 'a', state: 'delivered' }]);
        assert.deepEqual(place.visible(), [stored('once')]);
      }
    });

    it('never takes a promise made to another owner for its own', async () => {
      await using place = await makePlace();
      const other = await prepared(place, 'other-store');
      await other.secure([await other.accept(message('a', 'theirs'), plain)]);
      const ours = await prepared(place);
      await ours.recover([], bootId);
      assert.equal(place.hidden(), 1);
    });

    it('says where a message is, where there is such a place', async () => {
      await using place = await makePlace();
      const destination = await prepared(place);
      const delivery = await destination.accept(message('a', 'x'), plain);
      await delivered(destination, [delivery]);
      assert.notEqual(destination.pathOf(delivery), '');
      assert.match(destination.intent(delivery).place, /^[\x21-\x7e]+$/);
    });
  });
}

export const plain: Envelope = {
  account: 'acc',
  host: 'pop.example',
  user: 'joe',
  receivedAt: new Date(Date.UTC(2026, 10, 22, 6, 51)),
  protocol: 'POP3S',
  trace: false,
};

export function message(uid: string, text: string): RetrievedMessage {
  return sliced(uid, [Buffer.from(text, 'latin1')]);
}

function sliced(uid: string, slices: readonly Uint8Array[]): RetrievedMessage {
  return {
    ref: { uid, number: 1, size: 1 },
    content: (async function* () {
      yield* slices;
    })(),
  };
}

/** Secures, and returns the intents that would be on record now. */
export function promised(destination: Destination, batch: readonly Delivery[]): Intent[] {
  return batch.map((delivery) => ({ ...destination.intent(delivery), bootId }));
}

export async function delivered(
  destination: Destination,
  batch: readonly Delivery[],
): Promise<void> {
  assert.deepEqual(await destination.secure(batch), []);
  assert.deepEqual(await destination.commit(batch), []);
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

async function prepared(place: DeliveryPlace, storeId = 'our-store'): Promise<Destination> {
  const destination = place.open(storeId);
  await destination.prepare();
  return destination;
}

function broken(uid: string, octets: number, failure: Failure): RetrievedMessage {
  return {
    ref: { uid, number: 1, size: octets },
    content: (async function* () {
      yield Buffer.alloc(octets, 'x');
      throw failure;
    })(),
  };
}
