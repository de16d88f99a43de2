import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseArguments } from '../../src/cli/args.ts';
import { once } from '../../src/cli/commands/once.ts';
import { startMaildropServer } from '../support/maildrop-server.ts';
import { worldOf } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const minute = 60_000;
/** Local time, as the lines show it. */
const nine = new Date(2025, 10, 22, 9).getTime();
const refused = { answers: { PASS: '-ERR [AUTH] Username and password not accepted.' } };
const busy = { answers: { greeting: '-ERR [SYS/TEMP] come back later' } };

/** One account under cron, which mails what `popfetch --once -q` prints. */
async function underCron(more: object = {}) {
  const server = await startMaildropServer();
  const home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  const account = { host, port, tls: 'off', user, password, auth: 'user', deliver };
  const configure = (changes: object = {}) =>
    home.configure({ accounts: { gmail: { ...account, ...changes } }, ...more });
  configure();
  return {
    server,
    home,
    configure,
    /** What a poll so many ms after nine o'clock prints, and its exit status. */
    poll: async (after: number, ...args: readonly string[]) => {
      const line = ['--once', '-q', ...args, '-c', home.configFile, '--state-dir', home.stateDir];
      const invocation = parsed(line);
      const world = worldOf(home, line, () => nine + after);
      const status = await once(invocation, world);
      return { printed: world.stdout.text + world.stderr.text, status };
    },
    [Symbol.asyncDispose]: async () => {
      await home[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const invocations = new Map<string, ReturnType<typeof parseOnce>>();

/** The arguments of 300 polls take longer to parse than the polls. */
function parsed(line: readonly string[]) {
  const key = line.join(' ');
  const invocation = invocations.get(key) ?? parseOnce(line);
  invocations.set(key, invocation);
  return invocation;
}

function parseOnce(line: readonly string[]) {
  const invocation = parseArguments(line, {}, '1.2.3');
  assert.ok(invocation.command === 'once');
  return invocation;
}

test('300 polls of an account that fails from the 10th to the 250th print three lines', async () => {
  await using cron = await underCron();
  const { server } = cron;
  const lines: string[] = [];
  for (let poll = 1; poll <= 300; poll++) {
    server.faults = poll >= 10 && poll <= 250 ? refused : {};
    const isBack = poll === 251;
    if (isBack)
      for (let number = 0; number < 31; number++)
        server.messages.push({ uid: `m${number}`, content: 'Subject: x\r\n\r\nHello.\r\n' });
    const { printed, status } = await cron.poll((poll - 10) * 6.5 * minute, 'gmail');
    assert.equal(status, server.faults === refused ? 77 : 0);
    if (printed !== '') lines.push(`${poll} ${printed}`);
  }
  assert.deepEqual(lines, [
    '10 popfetch: gmail: login refused: -ERR [AUTH] Username and password not accepted.\n',
    '232 popfetch: gmail: still failing since 22 Nov 09:00 (223 polls): login refused\n',
    '251 popfetch: gmail: ok again after 1 d 2 h; 31 new messages\n',
  ]);
});

test('a temporary failure is announced at the third poll, another one when it comes', async () => {
  await using cron = await underCron();
  const polls: readonly [object, number, string][] = [
    [busy, 75, ''],
    [busy, 75, ''],
    [{}, 0, ''],
    [busy, 75, ''],
    [busy, 75, ''],
    [
      busy,
      75,
      'popfetch: gmail: 127.0.0.1 has a temporary problem: -ERR [SYS/TEMP] come back later\n',
    ],
    [
      refused,
      77,
      'popfetch: gmail: login refused: -ERR [AUTH] Username and password not accepted.\n',
    ],
    [busy, 75, ''],
    [refused, 77, ''],
    [{}, 0, 'popfetch: gmail: ok again after 30 min; nothing new\n'],
    [{}, 0, ''],
  ];
  for (const [at, [faults, status, printed]] of polls.entries()) {
    cron.server.faults = faults;
    assert.deepEqual(await cron.poll(at * 5 * minute), { printed, status }, `poll ${at + 1}`);
  }
});

test('a pause after refused logins is silent, and a changed password ends it', async () => {
  await using cron = await underCron();
  cron.configure({ password: 'wrong' });
  const outcomes = [];
  for (let poll = 0; poll < 5; poll++) outcomes.push(await cron.poll(poll * 5 * minute));
  assert.deepEqual(
    outcomes.map(({ printed, status }) => [printed === '', status]),
    [
      [false, 77],
      [true, 77],
      [true, 77],
      [true, 77],
      [true, 77],
    ],
  );
  cron.configure();
  const { printed } = await cron.poll(25 * minute);
  assert.equal(printed, 'popfetch: gmail: ok again after 25 min; nothing new\n');
});

test('other settings do not make a failure news, nor forget it', async () => {
  await using cron = await underCron();
  cron.server.faults = refused;
  assert.notEqual((await cron.poll(0)).printed, '');
  cron.configure({ every: '7m', password: 'another' });
  assert.equal((await cron.poll(5 * minute)).printed, '');
  cron.server.faults = {};
  cron.configure();
  assert.match((await cron.poll(10 * minute)).printed, /ok again after 10 min/);
});

test('where the status is damaged, a failure is told once more', async () => {
  await using cron = await underCron();
  cron.server.faults = refused;
  const { printed } = await cron.poll(0);
  const file = `${cron.home.stateDir}/accounts/gmail/status.json`;
  for (const damaged of [
    '',
    readFileSync(file, 'utf8').slice(0, 40),
    '{"version":1,"failing":7}',
  ]) {
    writeFileSync(file, damaged);
    assert.deepEqual(await cron.poll(5 * minute, 'gmail'), { printed, status: 77 });
    assert.equal((await cron.poll(10 * minute, 'gmail')).printed, '');
  }
});

test('of programs that poll at once, one tells of the failure', async () => {
  await using cron = await underCron({ alerts: { after: 1 } });
  cron.server.faults = { ...busy, latencyMs: 30 };
  const runs = await Promise.all([1, 2, 3].map(() => cron.home.run(['--once', '-q'])));
  const lines = runs.map(({ stderr }) => stderr).join('');
  assert.match(lines, /^popfetch: gmail: [^\n]+\n$/);
});
