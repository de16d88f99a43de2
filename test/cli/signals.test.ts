import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { inSteps, send } from '../support/in-steps.ts';
import {
  type MaildropOptions,
  type MaildropServer,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const isLong = process.env.POPFETCH_LONG === '1';
const messages = Array.from({ length: 12 }, (_, at) => ({
  uid: `u${at}`,
  content: `Subject: ${at}\r\n\r\n${'line\r\n'.repeat(10)}`,
}));

function configure(home: PopfetchHome, server: MaildropServer, more: object = {}): void {
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  const account = { host, port, tls: 'off', user, password, deliver, keep: false, ...more };
  home.configure({ accounts: { a: account } });
}

function stored(home: PopfetchHome): number {
  const folder = home.path('Maildir', 'new');
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

/** One command at a time, each answered after a while. */
const slow: MaildropOptions = {
  messages,
  capabilities: ['UIDL', 'USER', 'SASL PLAIN'],
  faults: { latencyMs: 20 },
};

for (const [signal, status] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  test(`${signal} in the middle of a run: what came is stored, gone from the server, and the exit status is ${status}`, async () => {
    await using server = await startMaildropServer(slow);
    await using home = await PopfetchHome.create();
    configure(home, server);
    const retrieved = () => server.sessions[0]?.commands.includes('RETR 5') === true;
    const run = await inSteps(home, ['--once'], [{ when: retrieved, act: send(signal) }]);
    assert.equal(run.status, status, run.stderr);
    assert.ok(stored(home) >= 4 && stored(home) < messages.length, `${stored(home)} stored`);
    assert.equal(server.messages.length, messages.length - stored(home));
    assert.equal(server.sessions[0]?.updated, true);
    assert.match(run.stderr, /^finishing the current message/m);
  });

test('SIGUSR1 opens no debugger where there is nothing to poll now', async () => {
  await using server = await startMaildropServer(slow);
  await using home = await PopfetchHome.create();
  configure(home, server);
  const begun = () => server.sessions.length > 0;
  const run = await inSteps(home, ['--once'], [{ when: begun, act: send('SIGUSR1') }]);
  assert.equal(run.status, 0);
  assert.equal(run.stderr, '');
  assert.equal(stored(home), messages.length);
});

test('a configuration that is gone, or that others may write, leaves the old one in place', async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  configure(home, server, { every: '1s' });
  let sessions = 0;
  const polledAgain = () => server.sessions.length > sessions;
  const hangUp = (pid: number) => {
    sessions = server.sessions.length;
    process.kill(pid, 'SIGHUP');
  };
  const open = (pid: number) => {
    chmodSync(home.configFile, 0o666);
    hangUp(pid);
  };
  const remove = (pid: number) => {
    rmSync(home.configFile);
    hangUp(pid);
  };
  const steps = [
    { when: () => stored(home) === messages.length, act: open },
    { when: polledAgain, act: remove },
    { when: polledAgain, act: send('SIGTERM') },
  ];
  const { status, stderr } = await inSteps(home, ['run'], steps);
  assert.equal(status, 0);
  const lines = stderr.split('\n').filter((line) => line.includes('the old configuration stays'));
  assert.equal(lines.length, 2, stderr);
  assert.match(lines[0] ?? '', /everybody can write it/);
});

test('a reader of the output that goes away costs no message', async () => {
  await using server = await startMaildropServer(slow);
  await using home = await PopfetchHome.create();
  configure(home, server);
  const command = ['"$0" "$1" --once --json -c "$2" --state-dir "$3" 2>&1 | head -n 1'];
  const program = [process.execPath, 'bin/popfetch.cjs', home.configFile, home.stateDir];
  const child = spawn('/bin/sh', ['-c', ...command, ...program], { stdio: 'ignore' });
  await once(child, 'close');
  for (let tries = 0; server.sessions[0]?.updated !== true && tries < 2000; tries++)
    await new Promise((next) => setTimeout(next, 5));
  assert.equal(stored(home), messages.length);
  assert.deepEqual(server.messages, []);
});

test('a program that was stopped for longer than its time-outs goes on, and loses and doubles nothing', {
  skip: !isLong,
}, async () => {
  await using server = await startMaildropServer(slow);
  await using home = await PopfetchHome.create();
  configure(home, server, { every: '1s', timeout: '1s' });
  let since = 0;
  const steps = [
    {
      when: () => server.sessions[0]?.commands.includes('RETR 5') === true,
      act: (pid: number) => {
        since = performance.now();
        process.kill(pid, 'SIGSTOP');
      },
    },
    { when: () => performance.now() - since > 1500, act: send('SIGCONT') },
    { when: () => server.messages.length === 0, act: send('SIGTERM') },
  ];
  const { status, stderr } = await inSteps(home, ['run'], steps);
  assert.equal(status, 0, stderr);
  assert.equal(stored(home), messages.length);
});

test('a server that has not let us in does not hold up a stop', async () => {
  await using server = await startMaildropServer({ messages, faults: { stallAt: 'AUTH' } });
  await using home = await PopfetchHome.create();
  configure(home, server);
  const hangs = () => server.sessions[0]?.commands.some((one) => one.startsWith('AUTH')) === true;
  const began = performance.now();
  const run = await inSteps(home, ['--once'], [{ when: hangs, act: send('SIGINT') }]);
  assert.equal(run.status, 130, run.stderr);
  assert.match(run.stderr, /skip {2}stopped/);
  assert.ok(performance.now() - began < 5000);
});

test('a server that hangs holds up a stop for less than ten seconds', {
  skip: !isLong,
}, async () => {
  await using server = await startMaildropServer({ messages, faults: { stallAt: 'RETR 3' } });
  await using home = await PopfetchHome.create();
  configure(home, server);
  let since = 0;
  const stop = (pid: number) => {
    since = performance.now();
    process.kill(pid, 'SIGTERM');
  };
  const hangs = () => server.sessions[0]?.commands.includes('RETR 3') === true;
  const { status } = await inSteps(home, ['run'], [{ when: hangs, act: stop }]);
  assert.equal(status, 0);
  assert.ok(performance.now() - since < 10_000);
});
