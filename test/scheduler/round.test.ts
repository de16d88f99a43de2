import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pollRound } from '../../src/scheduler/round.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Accounts that run until they are told to end, and what runs now. */
function controlled(hosts: readonly string[]) {
  const running = new Set<number>();
  const ends = new Map<number, () => void>();
  let most = 0;
  const accounts = hosts.map((host, index) => ({
    host,
    doubtful: host.startsWith('doubtful'),
    run: () =>
      new Promise<number>((resolve) => {
        running.add(index);
        most = Math.max(most, running.size);
        ends.set(index, () => {
          running.delete(index);
          resolve(index);
        });
      }),
  }));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    accounts,
    running: () => [...running].sort((a, b) => a - b),
    most: () => most,
    async end(index: number) {
      ends.get(index)?.();
      await settle();
    },
    settle,
  };
}

test('as many accounts as jobs run at once, the next starts when one ends', async () => {
  const round = controlled(['a', 'b', 'c']);
  const done = pollRound(round.accounts, { jobs: 2, perHost: 9 }, new FakeClock());
  await round.settle();
  assert.deepEqual(round.running(), [0, 1]);
  await round.end(0);
  assert.deepEqual(round.running(), [1, 2]);
  await round.end(1);
  await round.end(2);
  assert.deepEqual(await done, [0, 1, 2]);
  assert.equal(round.most(), 2);
});

test('an account that waits for its host takes no place from an account of another host', async () => {
  const round = controlled(['same', 'same', 'same', 'other']);
  const done = pollRound(round.accounts, { jobs: 2, perHost: 1 }, new FakeClock());
  await round.settle();
  assert.deepEqual(round.running(), [0, 3]);
  await round.end(0);
  assert.deepEqual(round.running(), [1, 3]);
  for (const index of [3, 1, 2]) await round.end(index);
  await done;
});

test('accounts in doubt come last and never hold more than half of the places', async () => {
  const round = controlled(['doubtful-1', 'doubtful-2', 'a', 'b', 'c']);
  const done = pollRound(round.accounts, { jobs: 2, perHost: 2 }, new FakeClock());
  await round.settle();
  assert.deepEqual(round.running(), [2, 3]);
  await round.end(2);
  await round.end(3);
  await round.end(4);
  assert.deepEqual(round.running(), [0]);
  await round.end(0);
  await round.end(1);
  assert.deepEqual(await done, [0, 1, 2, 3, 4]);
});
