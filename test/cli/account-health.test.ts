import assert from 'node:assert/strict';
import { test } from 'node:test';
import { updateHealth } from '../../src/cli/account-health.ts';
import { noStatus, readStatus, writeStatus } from '../../src/state/status.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const now = Date.parse('2026-11-22T06:51:00Z');
const minute = 60_000;

const polled = {
  result: {
    counts: { new: 0, bytes: 0, deleted: 0, skipped: 0, wanted: 0, onServer: 3, onServerSize: 99 },
  },
  alerts: { after: 3, remind: 60 * minute },
  now,
  durationMs: 100,
  settings: '',
  every: 5 * minute,
  nextPollAt: undefined,
  left: [],
};

test('a poll beside a scheduler leaves standing when that polls next', async () => {
  await using folder = await temporaryFolder();
  const nextPollAt = now + 3 * minute;
  await writeStatus(folder.path, 'a', { ...noStatus, nextPollAt });
  await updateHealth(folder.path, 'a', polled);
  const after = readStatus(folder.path, 'a');
  assert.deepEqual([after.lastPollAt, after.nextPollAt], [now, nextPollAt]);
});

test('a scheduler that has let its moment pass is not believed to run', async () => {
  await using folder = await temporaryFolder();
  await writeStatus(folder.path, 'a', { ...noStatus, nextPollAt: now - minute });
  await updateHealth(folder.path, 'a', polled);
  assert.equal(readStatus(folder.path, 'a').nextPollAt, undefined);
});
