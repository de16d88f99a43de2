import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { inSteps, send } from '../support/in-steps.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

function configuration(home: PopfetchHome, server: MaildropServer, more: object = {}) {
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  return { accounts: { a: { host, port, tls: 'off', user, password, deliver, ...more } } };
}

function stored(home: PopfetchHome): number {
  const folder = home.path('Maildir', 'new');
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

const message = (name: string) => ({ uid: name, content: `Subject: ${name}\r\n\r\nHello.\r\n` });

test('popfetch by itself polls, polls again on SIGUSR1, and ends in order on SIGTERM', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  home.configure(configuration(home, server, { every: '1h', keep: false }));
  const { status, stdout, stderr } = await inSteps(
    home,
    [],
    [
      {
        when: () => server.sessions[0]?.updated === true,
        act: (pid) => {
          server.messages = [message('two')];
          send('SIGUSR1')(pid);
        },
      },
      { when: () => server.sessions[1]?.updated === true, act: send('SIGTERM') },
    ],
  );
  assert.equal(status, 0, stderr);
  assert.equal(stored(home), 2);
  // The signal comes while the program hears the answer to QUIT: what was stored is told all the same.
  assert.equal(stdout.match(/^a: 1 new/gm)?.length, 2, stdout);
  assert.deepEqual(server.messages, []);
});

test('a poll without news prints nothing', async () => {
  await using server = await startMaildropServer();
  await using home = await PopfetchHome.create();
  home.configure(configuration(home, server));
  const { status, stdout } = await inSteps(
    home,
    ['run', '--every', '1s'],
    [{ when: () => server.sessions.length > 2, act: send('SIGINT') }],
  );
  assert.equal(status, 0);
  assert.equal(stdout, '');
});

test('a second signal does not wait for a server that hangs', async () => {
  await using server = await startMaildropServer({
    messages: [message('one')],
    faults: { stallAt: 'RETR' },
  });
  await using home = await PopfetchHome.create();
  home.configure(configuration(home, server));
  const began = performance.now();
  const { status } = await inSteps(
    home,
    ['run'],
    [
      {
        when: () => server.sessions[0]?.commands.includes('RETR 1') === true,
        act: send('SIGTERM'),
      },
      { when: () => performance.now() - began > 1000, act: send('SIGTERM') },
    ],
  );
  assert.equal(status, 143);
  assert.ok(performance.now() - began < 8000);
});

test('SIGHUP reads the configuration again and goes on in a new log file', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  home.configure({ ...configuration(home, server, { every: '1h', user: 'nobody' }) });
  const log = home.path('log');
  const { status, stderr } = await inSteps(
    home,
    ['run', '--log-file', log],
    [
      {
        when: () => existsSync(log) && readFileSync(log, 'utf8').includes('login refused'),
        act: (pid) => {
          renameSync(log, `${log}.1`);
          home.configure(configuration(home, server));
          send('SIGHUP')(pid);
        },
      },
      { when: () => stored(home) === 1, act: send('SIGTERM') },
    ],
  );
  assert.equal(status, 0);
  assert.match(stderr, /configuration read again: 1 account/);
  assert.match(readFileSync(log, 'utf8'), /reload/);
});

test('a wrong configuration is told in one line, and the old one stays', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  home.configure(configuration(home, server, { every: '1s' }));
  let sessions = 0;
  const { status, stderr } = await inSteps(
    home,
    ['run'],
    [
      {
        when: () => stored(home) === 1,
        act: () => {
          writeFileSync(home.configFile, 'accounts: {a: {hots: x}}\n');
          sessions = server.sessions.length;
        },
      },
      { when: () => server.sessions.length > sessions + 1, act: send('SIGTERM') },
    ],
  );
  assert.equal(status, 0);
  assert.equal(stderr.match(/the old configuration stays/g)?.length, 1, stderr);
});

test('without a configuration it says where it looked and exits with 78', async () => {
  await using home = await PopfetchHome.create();
  const { status } = await home.run([]);
  assert.equal(status, 78);
});

test('after three refused logins an account is left alone, until it is named or its settings change', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  home.configure(configuration(home, server, { password: 'wrong' }));
  for (let times = 0; times < 3; times++) assert.equal((await home.run(['--once'])).status, 77);
  const before = server.sessions.length;
  const paused = await home.run(['--once']);
  assert.equal(paused.status, 77);
  assert.match(
    paused.stderr,
    /^a +skip {2}login refused 3 times; next try .*\d\d:\d\d \(now: popfetch --once a\)$/m,
  );
  assert.equal(server.sessions.length, before);
  assert.equal((await home.run(['--once', 'a'])).status, 77);
  assert.equal(server.sessions.length, before + 1);
  home.configure(configuration(home, server));
  assert.equal((await home.run(['--once'])).status, 0);
});
