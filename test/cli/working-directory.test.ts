import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';

const onUnix = process.platform === 'win32' ? 'needs a shell' : false;

test('popfetch runs in a working directory that was removed', { skip: onUnix }, async () => {
  await using folder = await temporaryFolder();
  const program = [process.execPath, join(process.cwd(), 'bin/popfetch.cjs'), '--version'];
  const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...program], {
    cwd: folder.path,
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^popfetch \d/);
});
