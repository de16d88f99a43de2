import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '../../src/destination/destination.ts';
import { Failure } from '../../src/errors.ts';
import { type Accepted, type SettleParts, settle } from '../../src/poll/settle.ts';
import { message, plain } from '../contract/destination.ts';
import { MemoryDestination } from '../support/memory-destination.ts';
import { MemorySeenStore } from '../support/memory-seen-store.ts';

/** Takes a lock with `secure`, as an mbox does, and notes when it is let go. */
class LockingDestination extends MemoryDestination {
  async release(): Promise<void> {
    this.steps.push('release');
  }
}

async function accepted(destination: MemoryDestination): Promise<readonly Accepted[]> {
  const one = message('a', 'Subject: a\r\n\r\n');
  const delivery: Delivery = await destination.accept(one, plain);
  return [{ ref: one.ref, delivery }];
}

function partsWith(destination: MemoryDestination, store: MemorySeenStore): SettleParts {
  const session = { delete: () => undefined };
  return { destination, store, session, onceDelivered: 'leave', now: () => 0 };
}

test('locks are let go when the batch is on record', async () => {
  const destination = new LockingDestination();
  const store = new MemorySeenStore();
  await settle(await accepted(destination), partsWith(destination, store));
  assert.deepEqual(destination.steps, ['accept a', 'secure a', 'commit a', 'release']);
  assert.ok(store.has('a'));
});

test('locks are let go when the promise cannot be put on record, and nothing becomes visible', async () => {
  const destination = new LockingDestination();
  const store = new MemorySeenStore();
  const broken = new Failure('state', 'the journal cannot be written');
  store.intend = () => Promise.reject(broken);
  await assert.rejects(settle(await accepted(destination), partsWith(destination, store)), broken);
  assert.deepEqual(destination.steps, ['accept a', 'secure a', 'release']);
  assert.deepEqual(destination.texts, []);
});
