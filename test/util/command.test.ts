import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, type CommandEnd, runCommand } from '../../src/util/command.ts';
import { LastLine } from '../../src/util/last-line.ts';

interface Outcome {
  readonly end: CommandEnd;
  readonly stdout: string;
}

async function run(argv: readonly string[], more: Partial<Command> = {}): Promise<Outcome> {
  let stdout = '';
  const end = await runCommand({
    argv,
    env: { PATH: process.env.PATH },
    stdout: (chunk) => {
      stdout += chunk;
    },
    stderr: () => undefined,
    timeout: 20_000,
    grace: 5000,
    signal: new AbortController().signal,
    ...more,
  });
  return { end, stdout };
}

const shell = (line: string, more: Partial<Command> = {}) => run(['/bin/sh', '-c', line], more);

test('a command reads all that it is given, and all that it prints is heard', async () => {
  const input = `${'x'.repeat(200_000)}\n`;
  assert.deepEqual(await run(['cat'], { input }), {
    end: { kind: 'exited', status: 0 },
    stdout: input,
  });
});

test('a command that reads nothing does not fail for it', async () => {
  const { end } = await run(['true'], { input: 'x'.repeat(200_000) });
  assert.deepEqual(end, { kind: 'exited', status: 0 });
});

test('how a command ended is told', async () => {
  assert.deepEqual((await shell('exit 3')).end, { kind: 'exited', status: 3 });
  assert.deepEqual((await shell('kill -HUP $$')).end, { kind: 'killed', signal: 'SIGHUP' });
  assert.deepEqual((await run(['/nowhere/x'])).end, { kind: 'not started', code: 'ENOENT' });
  const long = 'x'.repeat(3_000_000);
  assert.deepEqual((await run(['true', long])).end, { kind: 'not started', code: 'E2BIG' });
  const signal = AbortSignal.abort();
  assert.deepEqual((await run(['true'], { signal })).end, { kind: 'interrupted' });
});

test('a command that takes too long may tidy up before it goes', async () => {
  const line = "trap 'echo tidy; exit 0' TERM; echo begun; while :; do sleep 0.01; done";
  const { end, stdout } = await shell(line, { timeout: 200 });
  assert.deepEqual(end, { kind: 'timed out' });
  assert.equal(stdout, 'begun\ntidy\n');
});

test('a command that does not heed SIGTERM is killed with all that it started', async () => {
  const began = performance.now();
  const line = "trap '' TERM; sleep 600 & echo $! $$; wait";
  const { end, stdout } = await shell(line, { timeout: 200, grace: 100 });
  assert.deepEqual(end, { kind: 'timed out' });
  assert.ok(performance.now() - began < 5000);
  for (const pid of stdout.trim().split(' ').map(Number)) await gone(pid);
});

test('a command is stopped when the signal fires', async () => {
  const stop = new AbortController();
  const { end } = await shell('echo begun; exec sleep 600', {
    signal: stop.signal,
    stdout: () => stop.abort(),
  });
  assert.deepEqual(end, { kind: 'interrupted' });
});

test('what a command leaves running is left alone, and does not hold us up for long', async () => {
  const { end, stdout } = await shell('sleep 600 & echo $!');
  assert.deepEqual(end, { kind: 'exited', status: 0 });
  // Throws where it runs no more.
  process.kill(Number(stdout), 'SIGKILL');
});

test('the last line is the last that is not empty, short and safe to print', () => {
  assert.equal(new LastLine().text, undefined);
  const last = new LastLine();
  for (const chunk of ['one\ntwo \x1b[1m', 'three\n', '\n \n']) last.add(Buffer.from(chunk));
  assert.equal(last.text, 'two ?[1mthree');
  const long = new LastLine();
  long.add(Buffer.from('x'.repeat(100_000)));
  assert.equal(long.text, 'x'.repeat(500));
});

/** Waits until a process is gone, or dead and not yet buried. */
async function gone(pid: number): Promise<void> {
  const isAlive = async () =>
    !/^\S*$|^Z/.test((await run(['ps', '-o', 'stat=', '-p', String(pid)])).stdout);
  const end = performance.now() + 5000;
  while (await isAlive()) assert.ok(performance.now() < end, `${pid} still runs`);
}
