import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { World } from '../../src/cli/world.ts';
import { lockAccount } from '../../src/state/lock.ts';
import { faultyFs } from '../durable/faulty-fs.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { type ExitScene, exitScenes } from './exit-scenes.ts';

const messages = [{ uid: 'one', content: 'Subject: one\r\n\r\nHello.\r\n' }];
const numberings = ['default', 'fetchmail'] as const;

for (const scene of exitScenes)
  test(`${scene.name}: ${scene.status}, and ${scene.fetchmail} for scripts of fetchmail`, async () => {
    assert.equal(await statusOf(scene, 'default'), scene.status);
    assert.equal(await statusOf(scene, 'fetchmail'), scene.fetchmail);
  });

async function statusOf(scene: ExitScene, exitCodes: string): Promise<number | null> {
  const { account, config, arrange, disk, runs = [['--once']] } = scene;
  await using server = await startMaildropServer({ messages, ...scene.server });
  await using home = await PopfetchHome.create();
  const more = account?.(server, home);
  home.configure({ ...config, accounts: { a: { ...accountAt(server, home), ...more } } });
  arrange?.(home);
  using _ = faultyFs(disk ?? (() => 'none'));
  let status: number | null = null;
  for (const args of runs) {
    const numbered = [...args, '--exit-codes', exitCodes];
    ({ status } = await runInProcess(home, numbered, Date.now, signalled(scene, server)));
  }
  return status;
}

function accountAt({ host, port, user, password }: MaildropServer, home: PopfetchHome) {
  const deliver = { maildir: home.path('Maildir') };
  return { host, port, user, password, tls: 'off', deliver };
}

/** Sends the scene's signal when the server was asked for something. */
function signalled({ signal }: ExitScene, { sessions }: MaildropServer): Partial<World> {
  if (signal === undefined) return {};
  return {
    onSignal(listener) {
      const timer = setInterval(() => {
        if (sessions[0]?.commands.some((command) => command.startsWith('AUTH')) === true) {
          clearInterval(timer);
          listener(signal);
        }
      }, 2);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },
  };
}

test('an account that another popfetch polls: 75, and 8 for scripts of fetchmail; quietly 0', async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  home.configure({ accounts: { a: accountAt(server, home) } });
  await runInProcess(home, ['--once', '-q']);
  const folder = `${home.stateDir}/accounts/a`;
  await using _ = await lockAccount(folder, { now: Date.now });
  const once = async (...args: readonly string[]) =>
    (await runInProcess(home, ['--once', ...args])).status;
  assert.equal(await once(), 75);
  assert.equal(await once('--exit-codes=fetchmail'), 8);
  assert.equal(await once('-q'), 0);
});

test('check says with fetchmail whether there is mail', async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  home.configure({ accounts: { a: accountAt(server, home) } });
  const check = async () => (await runInProcess(home, ['check', '--exit-codes=fetchmail'])).status;
  assert.equal(await check(), 0);
  server.messages = [];
  assert.equal(await check(), 1);
});

/** Loaded into the real program: a part of Node that it needs does not work as it should. */
const bugs = { 'within a poll': 'net.connect', 'outside of all polls': 'fs.statSync' };

for (const [where, name] of Object.entries(bugs))
  test(`a bug ${where}: 70, and 23 for scripts of fetchmail`, async () => {
    await using server = await startMaildropServer({ messages });
    await using home = await PopfetchHome.create();
    home.configure({ accounts: { a: accountAt(server, home) } });
    const [part = '', method = ''] = name.split('.');
    const planted = `require('node:${part}').${method} = () => { throw new TypeError('a bug'); };`;
    writeFileSync(home.path('bug.cjs'), planted);
    const env = { NODE_OPTIONS: `--require=${home.path('bug.cjs')}` };
    const statuses = { default: 70, fetchmail: 23 };
    for (const exitCodes of numberings) {
      const run = await home.run(['--once', '--exit-codes', exitCodes], { env });
      assert.equal(run.status, statuses[exitCodes], run.stderr);
      assert.match(run.stderr, /a bug/);
    }
    const { stderr } = await home.run(['--once', '--json'], { env });
    const line = JSON.parse(stderr) as Record<string, unknown>;
    assert.deepEqual([line.event, line.code], ['error', 'internal']);
    assert.match(String(line.stack), /TypeError: a bug\n +at /);
  });
