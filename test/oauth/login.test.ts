import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/args.ts';
import { auth, type Pause } from '../../src/cli/commands/auth.ts';
import { AuthorizationServer } from '../support/authorization-server.ts';
import { ConsentingPerson } from '../support/consenting-person.ts';
import { worldOf } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

test('with a code that is entered on another device the account is logged in', async () => {
  await using server = await AuthorizationServer.start();
  await using home = await PopfetchHome.create();
  configure(home, server);
  const world = worldOf(home, []);
  const asked: number[] = [];
  const status = await login(world, ['--device'], async (ms) => {
    asked.push(ms);
    if (asked.length < 2) return;
    const [, page = '', code = ''] = /open (\S+) in .*\n {2}(\S+)\n/.exec(world.stdout.text) ?? [];
    const { text } = await new ConsentingPerson('ann').enter(page, code);
    assert.match(text, /Sign-in Success/);
  });
  assert.equal(status, 0, world.stderr.text);
});

function configure(home: PopfetchHome, server: AuthorizationServer): void {
  home.configure({
    accounts: { ann: { host: '127.0.0.1', user: 'ann', tls: 'off', oauth: server.settings } },
  });
}

function login(
  world: ReturnType<typeof worldOf>,
  options: readonly string[],
  pause: Pause,
): Promise<number> {
  const words = ['auth', 'login', 'ann', ...options, ...world.argv];
  const invocation = parseArguments(words, world.env, world.version);
  assert.ok(invocation.command === 'auth');
  return auth(invocation, world, pause);
}
