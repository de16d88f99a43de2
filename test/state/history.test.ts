import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { addToHistory, type HistoryEntry, readHistory } from '../../src/state/history.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function polled(at: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return { at, code: undefined, new: 1, bytes: 200, deleted: 0, durationMs: 12, ...more };
}

const fileIn = (folder: string) => path.join(folder, 'accounts/a/history');

test('polls are read as they were written, the oldest first', async () => {
  await using folder = await temporaryFolder();
  await addToHistory(folder.path, 'a', polled(1));
  await addToHistory(folder.path, 'a', polled(2, { code: 'auth' }));
  assert.deepEqual(readHistory(folder.path, 'a'), [polled(1), polled(2, { code: 'auth' })]);
  assert.equal(fs.statSync(fileIn(folder.path)).mode & 0o777, 0o600);
});

test('an account that was never polled has none, and what cannot be read is left out', async () => {
  await using folder = await temporaryFolder();
  assert.deepEqual(readHistory(folder.path, 'a'), []);
  await addToHistory(folder.path, 'a', polled(1));
  fs.appendFileSync(
    fileIn(folder.path),
    '{"at": 2, "torn\n{"at": "soon"}\n{"at":1e300}\n{"at":-1}\n',
  );
  await addToHistory(folder.path, 'a', polled(3));
  assert.deepEqual(readHistory(folder.path, 'a'), [polled(1), polled(3)]);
});

test('a file that grew too long keeps the polls of the last day', async () => {
  await using folder = await temporaryFolder();
  await addToHistory(folder.path, 'a', polled(0));
  const lines = Array.from({ length: 9000 }, (_, at) => `${JSON.stringify(polled(at + 1))}\n`);
  fs.appendFileSync(fileIn(folder.path), lines.join(''));
  await addToHistory(folder.path, 'a', polled(9001));
  const kept = readHistory(folder.path, 'a');
  assert.equal(kept.length, 1501);
  assert.equal(kept.at(-1)?.at, 9001);
  assert.ok(fs.statSync(fileIn(folder.path)).size < 200_000);
});

test('a link in its place is not followed', async () => {
  await using folder = await temporaryFolder();
  await addToHistory(folder.path, 'a', polled(1));
  const elsewhere = path.join(folder.path, 'elsewhere');
  fs.renameSync(fileIn(folder.path), elsewhere);
  fs.symlinkSync(elsewhere, fileIn(folder.path));
  await assert.rejects(addToHistory(folder.path, 'a', polled(2)), { code: 'ELOOP' });
  assert.equal(fs.readFileSync(elsewhere, 'latin1').split('\n').length, 2);
});
