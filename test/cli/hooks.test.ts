import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const message = (name: string) => ({ uid: name, content: `Subject: ${name}\r\n\r\nHello.\r\n` });

/** A hook that appends its name, its arguments, what the environment says and what it reads to a file. */
function noting(home: PopfetchHome, ...more: readonly string[]): string[] {
  const line = 'echo "$@ $POPFETCH_EVENT $POPFETCH_ACCOUNT $(cat)" >> "$0"';
  return ['sh', '-c', line, home.path('noted'), ...more];
}

function configure(
  home: PopfetchHome,
  { host, port, user, password }: MaildropServer,
  hooks: object,
  more: object = {},
): void {
  const deliver = [{ maildir: home.path('Maildir') }, { mbox: home.path('inbox') }];
  const account = { host, port, tls: 'off', user, password, deliver, ...more };
  home.configure({ hooks, accounts: { a: account } });
}

interface Noted {
  readonly words: string;
  readonly json: Record<string, unknown>;
}

function noted(home: PopfetchHome): readonly Noted[] {
  if (!existsSync(home.path('noted'))) return [];
  const lines = readFileSync(home.path('noted'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const at = line.indexOf(' {');
    return { words: line.slice(0, at), json: JSON.parse(line.slice(at + 1)) as Noted['json'] };
  });
}

const everyHook = (argv: readonly string[]) => ({ newMail: argv, failure: argv, recovered: argv });
const noon = Date.UTC(2025, 10, 22, 12);

test('hooks tell of a failure, its reminder, its end and of new mail, once each', async () => {
  await using server = await startMaildropServer({ messages: [message('one'), message('two')] });
  await using home = await PopfetchHome.create();
  const hooks = everyHook(noting(home, '{account}@{host}', '{user}'));
  const polls: readonly [hour: number, password: string][] = [
    [0, 'wrong'],
    [1, 'wrong'],
    [25, 'wrong'],
    [26, server.password],
    [27, server.password],
  ];
  for (const [hour, password] of polls) {
    configure(home, server, hooks, { password });
    const { stderr } = await runInProcess(home, ['--once', '-q', 'a'], () => noon + hour * 3.6e6);
    assert.doesNotMatch(stderr, /hook/);
  }
  const all = noted(home);
  assert.deepEqual(
    all.map(({ words }) => words),
    ['failure', 'failure', 'recovered', 'newMail'].map((hook) => `a@127.0.0.1 joe ${hook} a`),
  );
  const since = '2025-11-22T12:00:00.000Z';
  const usual = { v: 1, run: 'abcd', account: 'a' };
  const failure = { ...usual, event: 'failure', code: 'auth', temporary: false, since };
  const [first, reminder, recovered, newMail] = all.map(({ json }) => json);
  const { message: headline, hint, serverSaid, ...rest } = first ?? {};
  assert.deepEqual(rest, { ...failure, time: since, count: 1, reminder: false });
  assert.equal(headline, 'login refused by 127.0.0.1');
  assert.equal(hint, 'Check user and password.');
  assert.match(String(serverSaid), /^-ERR /);
  const { time, count } = reminder ?? {};
  assert.deepEqual([reminder?.reminder, time, count], [true, '2025-11-23T13:00:00.000Z', 3]);
  const { durationMs, bytes, onServerSize, ...counts } = newMail ?? {};
  const poll = { ok: true, new: 2, deleted: 0, skipped: 0, onServer: 2 };
  const at = '2025-11-23T14:00:00.000Z';
  assert.deepEqual(counts, {
    ...usual,
    ...poll,
    event: 'newMail',
    time: at,
    destinations: [`${home.path('Maildir')}/`, home.path('inbox')],
  });
  assert.ok(Number(bytes) > 0 && Number(onServerSize) > 0 && Number(durationMs) >= 0);
  assert.deepEqual(
    [recovered?.event, recovered?.new, recovered?.since, recovered?.count],
    ['recovered', 2, since, 3],
  );
});

test('no hook gets a secret, from the configuration or from the environment', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  configure(home, server, everyHook(['sh', '-c', 'env > "$0"; cat >> "$0"', home.path('seen')]), {
    password: { env: 'MAIL_PW' },
  });
  const env = { MAIL_PW: server.password, DISPLAY: ':7', https_proxy: 'http://proxy.example' };
  assert.equal((await home.run(['--once'], { env })).status, 0);
  const seen = readFileSync(home.path('seen'), 'utf8');
  assert.match(seen, /^DISPLAY=:7$/m);
  assert.match(seen, /^https_proxy=/m);
  assert.doesNotMatch(seen, new RegExp(`MAIL_PW|${server.password}`));
});

test('a hook that fails, is missing or hangs is a warning, and changes nothing else', async () => {
  await using server = await startMaildropServer();
  await using home = await PopfetchHome.create();
  const cases: readonly [argv: readonly string[], warning: string][] = [
    [['sh', '-c', 'echo no; echo "no  route" >&2; exit 7'], 'exited 7: no  route'],
    [['sh', '-c', 'kill -9 $$'], 'was killed by SIGKILL'],
    [['/nowhere/tell'], 'could not be started (/nowhere/tell: no such program)'],
    [['sh', '-c', 'sleep 600 & wait'], 'did not end within 1 s and was stopped'],
  ];
  for (const [at, [newMail, warning]] of cases.entries()) {
    server.messages.push(message(`m${at}`));
    configure(home, server, { newMail, timeout: '1s' });
    const { status, stderr } = await runInProcess(home, ['--once']);
    assert.equal(stderr, `a      warn  the newMail hook ${warning}\n`);
    assert.equal(status, 0);
  }
});

test('a hook that writes without end is heard to its last line', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  configure(home, server, { newMail: ['sh', '-c', 'seq 400000 >&2; exit 1'] });
  const { stderr } = await runInProcess(home, ['--once']);
  assert.equal(stderr, 'a      warn  the newMail hook exited 1: 400000\n');
});

test('how a hook ended stands in the JSON lines before the end of the run, and in the log', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  configure(home, server, { newMail: ['sh', '-c', 'echo tell'] });
  const { stdout, stderr } = await runInProcess(home, ['--once', '--json', '-vv']);
  const events = stdout.trimEnd().split('\n');
  const [hook, end] = events.slice(-2).map((line) => JSON.parse(line) as object);
  assert.deepEqual(
    { ...hook, time: 0, durationMs: 0 },
    {
      v: 1,
      event: 'hook',
      time: 0,
      durationMs: 0,
      run: 'abcd',
      account: 'a',
      hook: 'newMail',
      ok: true,
      output: 'tell',
    },
  );
  assert.ok(end !== undefined && 'event' in end && end.event === 'run.end');
  assert.match(stderr, /level=debug msg=hook .*hook=newMail output=tell/);
  server.messages.push(message('two'));
  configure(home, server, { newMail: ['false'] });
  const log = await runInProcess(home, ['--once', '-q', '-v', '--log-format', 'logfmt']);
  assert.match(log.stderr, /level=warn msg="the newMail hook exited 1" .*hook=newMail/);
});

test('a dry run calls no hook', async () => {
  await using server = await startMaildropServer({ messages: [message('one')] });
  await using home = await PopfetchHome.create();
  configure(home, server, everyHook(noting(home)));
  await runInProcess(home, ['--once', '--dry-run']);
  configure(home, server, everyHook(noting(home)), { password: 'wrong' });
  await runInProcess(home, ['--once', '--dry-run']);
  assert.deepEqual(noted(home), []);
});
