import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { inSteps, send } from '../support/in-steps.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { randomFrom } from '../support/random.ts';
import { PopfetchHome, type PopfetchRun } from '../support/run-popfetch.ts';
import { storedIn } from './farm.ts';

const isLong = process.env.POPFETCH_LONG === '1';
const seed = Number(process.env.POPFETCH_SEED ?? Math.floor(Math.random() * 1e9) + 1);

function configure(home: PopfetchHome, server: MaildropServer, more: object = {}): void {
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  const account = { host, port, tls: 'off', user, password, deliver, trace: false, ...more };
  home.configure({ accounts: { a: account } });
}

function message(number: number) {
  const content = `Subject: ${number}\r\n\r\nline of ${number}\r\n`;
  return { uid: `u${number}`, content };
}

/** Runs the program; kills it after so many ms, where that is not too late. */
function runAndKill(
  home: PopfetchHome,
  args: readonly string[],
  after: number | undefined,
): Promise<PopfetchRun> {
  const began = performance.now();
  const isDue = () => after !== undefined && performance.now() - began > after;
  return inSteps(home, args, [{ when: isDue, act: send('SIGKILL') }], { timeout: 120_000 });
}

function assertAllStored(home: PopfetchHome, many: number): void {
  const stored = storedIn(home.path('Maildir')).map(Number);
  assert.deepEqual(
    stored.toSorted((one, other) => one - other),
    Array.from({ length: many }, (_, at) => at),
  );
  assert.deepEqual(readdirSync(home.path('Maildir', 'tmp')), []);
}

const rounds = isLong ? 200 : 3;

test(`two runs of one account at the same time, ${rounds} times over and some of them killed, deliver each message once`, {
  timeout: 600_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}; again: POPFETCH_SEED=${seed}`);
  const random = randomFrom(seed);
  await using server = await startMaildropServer();
  await using home = await PopfetchHome.create();
  configure(home, server);
  const ends = new Map<string, number>();
  let sent = 0;
  for (let round = 0; round < rounds; round++) {
    for (let many = Math.floor(random() * 4); many > 0; many--)
      server.messages.push(message(sent++));
    const lives = [random() * 1000, random() * 1000].map((ms) => (ms < 200 ? ms : undefined));
    const [loud, quiet] = await Promise.all([
      runAndKill(home, ['--once'], lives[0]),
      runAndKill(home, ['--once', '-q'], lives[1]),
    ]);
    for (const { status } of [loud, quiet])
      ends.set(String(status), (ends.get(String(status)) ?? 0) + 1);
    assert.ok([0, 75, null].includes(loud.status), loud.stderr);
    if (loud.status === 75) assert.match(loud.stderr, /being polled by/);
    // Overlap is normal under cron.
    assert.ok([0, null].includes(quiet.status), quiet.stderr);
    if (quiet.status === 0) assert.equal(quiet.stdout + quiet.stderr, '');
  }
  t.diagnostic(`exit statuses: ${JSON.stringify(Object.fromEntries(ends))}`);
  assert.equal((await home.run(['--once'])).status, 0);
  assertAllStored(home, sent);
});

const many = isLong ? 100_000 : 300;

test(`a first synchronisation of ${many} messages in slices, killed in many of them, is whole in the end and has nothing twice`, {
  timeout: 600_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}; again: POPFETCH_SEED=${seed}`);
  const random = randomFrom(seed);
  const messages = Array.from({ length: many }, (_, at) => message(at));
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  configure(home, server, { limit: Math.ceil(many / 3), order: 'newest' });
  let runs = 0;
  let kills = 0;
  for (let isDone = false; !isDone; runs++) {
    const life = runs % 2 === 0 ? 100 + random() * (isLong ? 3000 : 200) : undefined;
    const { status, stdout, stderr } = await runAndKill(home, ['--once'], life);
    server.sessions.length = 0;
    if (status === null) kills++;
    else assert.equal(status, 0, stderr);
    isDone = stdout.startsWith('a: nothing new');
  }
  t.diagnostic(`${runs} runs, ${kills} of them killed`);
  assertAllStored(home, many);
});
