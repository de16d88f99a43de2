import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { parseExposition } from '../support/prometheus.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const content = 'Subject: x\r\n\r\nHello.\r\n';
const noon = Date.UTC(2025, 10, 22, 12);

async function scene() {
  const server = await startMaildropServer({ messages: [{ uid: 'one', content }] });
  const home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const account = { host, port, tls: 'off', user, password, trace: false };
  const accounts = {
    a: { ...account, deliver: { maildir: home.path('a') } },
    b: { ...account, deliver: { maildir: home.path('b') }, password: 'wrong' },
    c: { ...account, deliver: { maildir: home.path('c') }, enabled: false },
  };
  const file = home.path('p.prom');
  return {
    server,
    home,
    file,
    configure: (metricsFile = file) => home.configure({ metricsFile, accounts }),
    /** Values of a family by account; with a code by both. */
    figures: (name: string) => {
      const { samples = {} } =
        parseExposition(readFileSync(file, 'utf8'))[`popfetch_${name}`] ?? {};
      return Object.fromEntries(
        Object.entries(samples).map(([labels, value]) => [
          Object.values(JSON.parse(labels) as object).join(' '),
          value,
        ]),
      );
    },
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('the metrics count over runs, and accounts that were not polled keep theirs', async () => {
  await using place = await scene();
  const { server, home, figures } = place;
  place.configure();
  const size = content.replaceAll('\r', '').length;
  await runInProcess(home, ['--once', '-q'], () => noon);
  assert.deepEqual(figures('build_info'), { '1.2.3': 1 });
  assert.deepEqual(figures('last_poll_timestamp_seconds'), { a: noon / 1000, b: noon / 1000 });
  assert.deepEqual(figures('last_success_timestamp_seconds'), { a: noon / 1000 });
  assert.deepEqual(figures('failing'), { a: 0, b: 1 });
  assert.deepEqual(figures('failures_total'), { 'b auth': 1 });
  assert.deepEqual(figures('maildrop_messages'), { a: 1 });
  assert.deepEqual(figures('maildrop_bytes'), { a: content.length });
  server.messages.push({ uid: 'two', content });
  await runInProcess(home, ['--once', '-q', 'a'], () => noon + 60_000);
  assert.deepEqual(figures('messages_total'), { a: 2, b: 0 });
  const bytes = figures('bytes_total').a ?? 0;
  assert.ok(bytes === 2 * size || bytes === 2 * content.length, String(bytes));
  assert.deepEqual(figures('last_poll_timestamp_seconds'), { a: noon / 1000 + 60, b: noon / 1000 });
  server.faults = { answers: { greeting: '-ERR [SYS/TEMP] later' } };
  await runInProcess(home, ['--once', '-q', 'a', 'b'], () => noon + 120_000);
  assert.deepEqual(figures('failures_total'), { 'a sys_temp': 1, 'b auth': 1, 'b sys_temp': 1 });
  assert.deepEqual(figures('last_success_timestamp_seconds'), { a: noon / 1000 + 60 });
  assert.deepEqual(figures('due_lag_seconds'), {});
});

test('a dry run writes no metrics', async () => {
  await using place = await scene();
  place.configure();
  await runInProcess(place.home, ['--once', '--dry-run', 'a']);
  assert.equal(existsSync(place.file), false);
});

test('metrics that cannot be written are a warning, and the poll counts', async () => {
  await using place = await scene();
  const nowhere = place.home.path('no', 'p.prom');
  place.configure(nowhere);
  const { status, stdout, stderr } = await runInProcess(place.home, ['--once', 'a']);
  assert.equal(status, 0);
  assert.match(stdout, /^a: 1 new/);
  const why = `cannot write the metrics to ${nowhere}: no such file or folder`;
  assert.equal(stderr, `popfetch: warn  ${why}\n`);
  const json = await runInProcess(place.home, ['--once', '--json', 'a']);
  const notice = json.stdout.split('\n').find((line) => line.includes('notice')) ?? '';
  const { message, account } = JSON.parse(notice) as Record<string, unknown>;
  assert.deepEqual([message, account], [why, undefined]);
});

test('programs that write at once leave a whole file', async () => {
  await using place = await scene();
  place.configure();
  await Promise.all(['a', 'b', 'a'].map((name) => place.home.run(['--once', '-q', name])));
  assert.deepEqual(place.figures('failing'), { a: 0, b: 1 });
  assert.deepEqual(
    readdirSync(place.home.folder).filter((name) => name.includes('prom')),
    ['p.prom'],
  );
});

test('the scheduler writes metrics after each poll, with how late they are', async () => {
  await using place = await scene();
  place.configure();
  let sessions = 0;
  await place.home.run(['run', '--every', '1s'], {
    timeout: 20_000,
    watch: (pid) => {
      sessions = Math.max(sessions, place.server.sessions.length);
      if (existsSync(place.file) && (place.figures('messages_total').a ?? 0) > 0 && sessions > 3)
        process.kill(pid, 'SIGTERM');
    },
  });
  const { a: lag } = place.figures('due_lag_seconds');
  assert.ok(lag !== undefined && lag >= 0 && lag < 5, String(lag));
});
