import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { repository } from '../support/source-code.ts';

/** How a shell, cron or systemd may start it. */
const inputs = {
  'closed standard input': '<&-',
  '/dev/null as standard input': '</dev/null',
  'a pipe that never ends as standard input': '',
} as const;

/** What would ask a person, its exit status without one, and what it says then. */
const commands: readonly (readonly [args: readonly string[], status: number, says: RegExp])[] = [
  [['--once'], 75, /cannot get the password/],
  [['check'], 75, /cannot get the password/],
  [['--once', '--all'], 64, /--yes/],
  [['state', 'forget', 'a'], 64, /--yes/],
];

for (const [name, redirection] of Object.entries(inputs))
  test(`with ${name} nothing is asked and nothing is waited for`, async () => {
    await using server = await startMaildropServer();
    await using home = await PopfetchHome.create();
    const { host, port, user } = server;
    const password = { prompt: true };
    home.configure({ accounts: { a: { host, port, user, tls: 'off', password } } });
    // One of them is enough for what they have in common.
    for (const [args, status, says] of redirection === '' ? commands : commands.slice(0, 1)) {
      const ended = await run(home, args, redirection);
      assert.equal(ended.status, status, ended.said);
      assert.match(ended.said, says);
    }
  });

async function run(home: PopfetchHome, args: readonly string[], redirection: string) {
  const program = [process.execPath, join(repository, 'bin/popfetch.cjs'), ...args];
  const where = ['-c', home.configFile, '--state-dir', home.stateDir];
  // Nobody writes to this pipe, and nobody closes it.
  const child = spawn('/bin/sh', ['-c', `exec "$0" "$@" ${redirection}`, ...program, ...where]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await once(child, 'close');
  clearTimeout(tooLong);
  return { status: child.exitCode, said };
}
