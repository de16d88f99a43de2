import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type AccountStatus, noStatus, readStatus, writeStatus } from '../../src/state/status.ts';
import { type Call, errno, faultyFs } from '../durable/faulty-fs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const status: AccountStatus = {
  lastPollAt: 2000,
  lastSuccessAt: 1000,
  failing: {
    since: 1500,
    count: 2,
    code: 'auth',
    sameCode: 1,
    announcedAt: 1500,
    announced: ['auth'],
  },
  delivered: 7,
  deliveredBytes: 30_000,
  failures: { auth: 2, connect: 1 },
  onServer: 3,
  onServerSize: 4000,
  nextPollAt: 302_000,
  lateBy: 250,
  loginDelay: 60_000,
  refused: { count: 2, at: 2000, settings: 'abc' },
  clockDoubtedAt: 1500,
  left: [{ reason: 'too-large', count: 2, size: 9000, uids: ['a', 'b'] }],
};

describe('the status of an account', () => {
  it('is read as it was written, by its owner alone', async () => {
    await using folder = await temporaryFolder();
    await writeStatus(folder.path, 'acc', status);
    assert.deepEqual(readStatus(folder.path, 'acc'), status);
    assert.equal(fs.statSync(fileIn(folder.path)).mode & 0o777, 0o600);
  });

  it('keeps what is not known unknown', async () => {
    await using folder = await temporaryFolder();
    await writeStatus(folder.path, 'acc', noStatus);
    assert.deepEqual(readStatus(folder.path, 'acc'), noStatus);
  });

  it('is none when it is missing, torn, of another version or no status at all', async () => {
    await using folder = await temporaryFolder();
    assert.deepEqual(readStatus(folder.path, 'acc'), noStatus);
    await writeStatus(folder.path, 'acc', status);
    const text = fs.readFileSync(fileIn(folder.path), 'utf8');
    const others = [
      '',
      text.slice(0, -9),
      text.replace('"version": 1', '"version": 2'),
      '[1]',
      '7',
    ];
    for (const other of others) {
      fs.writeFileSync(fileIn(folder.path), other);
      assert.deepEqual(readStatus(folder.path, 'acc'), noStatus, other);
    }
  });

  it('takes what it can from fields that are not as they should be', async () => {
    await using folder = await temporaryFolder();
    await writeStatus(folder.path, 'acc', status);
    const failures = { auth: 1, connect: 'often', unheard: 3 };
    const failing = { since: 1, count: 2 };
    const odd = { version: 1, lastPollAt: 'never', delivered: 3, failing, failures };
    fs.writeFileSync(fileIn(folder.path), JSON.stringify(odd));
    assert.deepEqual(readStatus(folder.path, 'acc'), {
      ...noStatus,
      delivered: 3,
      failures: { auth: 1 },
    });
  });

  it('is the old one or the new one when its writer is killed', async () => {
    for (let deadly = 1; deadly <= 12; deadly++) {
      await using folder = await temporaryFolder();
      await writeStatus(folder.path, 'acc', noStatus);
      {
        using _ = faultyFs(({ number }) => (number === deadly ? 'die' : 'none'));
        await writeStatus(folder.path, 'acc', status).catch(() => 'killed');
      }
      JSON.parse(fs.readFileSync(fileIn(folder.path), 'utf8'));
      const read = readStatus(folder.path, 'acc');
      assert.deepEqual(read, read.delivered === 7 ? status : noStatus, `killed at ${deadly}`);
    }
  });

  it('is written over the old one where the disk is full', async () => {
    await using folder = await temporaryFolder();
    const isMade = ({ effect, on }: Call) => effect === 'openSync' && String(on).endsWith('.new');
    await assert.rejects(writtenOnFullDisk(status));
    await writeStatus(folder.path, 'acc', status);
    for (const next of [
      { ...noStatus, delivered: 8 },
      { ...status, delivered: 9 },
    ]) {
      await writtenOnFullDisk(next);
      assert.deepEqual(readStatus(folder.path, 'acc'), next);
    }
    const left = { reason: 'too-large', count: 9, size: 9, uids: ['x'.repeat(20_000)] };
    await assert.rejects(writtenOnFullDisk({ ...status, left: [left] }), /no space/);
    assert.equal(readStatus(folder.path, 'acc').delivered, 9);

    async function writtenOnFullDisk(next: AccountStatus): Promise<void> {
      using _ = faultyFs((call) => (isMade(call) ? errno('ENOSPC') : 'none'));
      await writeStatus(folder.path, 'acc', next);
    }
  });
});

function fileIn(stateDirectory: string): string {
  return path.join(stateDirectory, 'accounts', 'acc', 'status.json');
}
