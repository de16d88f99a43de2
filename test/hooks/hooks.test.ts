import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HookName } from '../../src/events.ts';
import { type HookSurroundings, Hooks } from '../../src/hooks/hooks.ts';

type HookEnd = Parameters<HookSurroundings['emit']>[0];

/** Hooks that are called in order; resolves with how they ended, in the order in which they did. */
async function called(
  calls: readonly (readonly [account: string, hook: HookName, line: string])[],
  { timeout = 20_000, signal = new AbortController().signal } = {},
): Promise<readonly HookEnd[]> {
  const ends: HookEnd[] = [];
  const hooks = new Hooks({
    env: { PATH: process.env.PATH },
    user: { name: 'joe', home: '/nowhere' },
    signal,
    emit: (end) => ends.push(end),
  });
  for (const [account, hook, line] of calls)
    hooks.call({ account, hook, argv: ['sh', '-c', line], json: '{}', timeout });
  await hooks.ended();
  return ends;
}

const outputs = (ends: readonly HookEnd[]) => ends.map(({ output }) => output);

test("an account's failure and its end are told in their order", async () => {
  const ends = await called([
    ['a', 'failure', 'sleep 0.1; echo failure'],
    ['a', 'recovered', 'echo recovered'],
  ]);
  assert.deepEqual(outputs(ends), ['failure', 'recovered']);
});

test('new mail is told behind the recovery that it came with, even one that hangs', async () => {
  const ends = await called([
    ['a', 'recovered', 'sleep 0.1; echo recovered'],
    ['a', 'newMail', 'echo mail'],
  ]);
  assert.deepEqual(outputs(ends), ['recovered', 'mail']);
  const hanging = await called(
    [
      ['a', 'recovered', 'sleep 600'],
      ['a', 'newMail', 'echo mail'],
    ],
    { timeout: 300 },
  );
  assert.deepEqual(outputs(hanging), [undefined, 'mail']);
});

test('the hooks of one account wait for no other, nor does new mail for a failure', async () => {
  const ends = await called([
    ['a', 'failure', 'sleep 0.3; echo slow'],
    ['b', 'failure', 'echo b'],
    ['a', 'newMail', 'sleep 0.1; echo mail'],
  ]);
  assert.deepEqual(outputs(ends), ['b', 'mail', 'slow']);
});

test('a hook that waited until its time was up is not run', async () => {
  const began = performance.now();
  const calls = ['sleep 600', 'echo run', 'echo run'].map(
    (line) => ['a', 'newMail', line] as const,
  );
  const ends = await called(calls, { timeout: 100 });
  assert.deepEqual(
    ends.map(({ problem }) => problem),
    [
      'did not end within 0.1 s and was stopped',
      'was not run: the one before it took all its time',
      'was not run: the one before it took all its time',
    ],
  );
  assert.ok(performance.now() - began < 5000);
});

test('hooks are stopped with the program, those that wait too', async () => {
  const signal = AbortSignal.timeout(50);
  const ends = await called(
    [
      ['a', 'failure', 'sleep 600'],
      ['a', 'recovered', 'echo run'],
    ],
    { signal },
  );
  const stopped = 'was stopped, because popfetch was';
  assert.deepEqual(
    ends.map(({ problem, output }) => [problem, output]),
    [
      [stopped, undefined],
      [stopped, undefined],
    ],
  );
});
