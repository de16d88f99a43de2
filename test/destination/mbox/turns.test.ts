import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../src/destination/mbox/turns.ts';

const never = new AbortController().signal;

test('turns come in the order in which they were asked for, without those who gave up', async () => {
  const turns = new Turns();
  const impatient = new AbortController();
  const had: string[] = [];
  const take = async (who: string, signal: AbortSignal) => {
    const end = await turns.take('mbox', signal);
    had.push(who);
    return end;
  };
  const endFirst = await take('first', never);
  const gaveUp = assert.rejects(take('second', impatient.signal), /tired/);
  const third = take('third', never);
  const fourth = take('fourth', never);
  impatient.abort(new Error('tired'));
  await gaveUp;
  assert.deepEqual(had, ['first']);
  endFirst();
  (await third)();
  (await fourth)();
  assert.deepEqual(had, ['first', 'third', 'fourth']);
  (await take('fifth', never))();
});

test('a turn at one thing waits for none at another', async () => {
  const turns = new Turns();
  await turns.take('one mbox', never);
  const end = await turns.take('another', never);
  end();
});
