import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { Farm, storedIn } from './farm.ts';

const isLong = process.env.POPFETCH_LONG === '1';
const seed = Number(process.env.POPFETCH_SEED ?? Math.floor(Math.random() * 1e9) + 1);
const many = 20;
const polls = 1000;

interface Sample {
  readonly resident: number;
  readonly descriptors: number;
}

test(`the program itself, after ${polls} sessions at servers that fail at random, is no larger than after half of them`, {
  skip: !isLong || process.platform !== 'linux',
  timeout: 900_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}; again: POPFETCH_SEED=${seed}`);
  await using farm = await Farm.start(many, seed);
  await using home = await PopfetchHome.create();
  const accounts = farm.servers.map(({ host, port, user, password }, at) => [
    `a${at}`,
    { host, port, tls: 'off', user, password, trace: false, timeout: '1s', keep: at % 2 === 0 },
  ]);
  const deliver = { maildir: `${home.path('Maildir')}/{account}/` };
  home.configure({
    every: '1s',
    jobs: 6,
    defaults: { deliver },
    accounts: Object.fromEntries(accounts),
  });
  let sessions = 0;
  const samples: Sample[] = [];
  let isStopped = false;
  const run = await home.run(['run', '--json'], {
    timeout: 800_000,
    watch: (pid) => {
      for (const [at, server] of farm.servers.entries()) {
        if (server.sessions.length === 0) continue;
        sessions += server.sessions.length;
        farm.prepare(at);
        if (sessions % 25 === 0) samples.push(sampleOf(pid));
      }
      if (sessions < polls || isStopped) return;
      isStopped = true;
      process.kill(pid, 'SIGTERM');
    },
  });
  assert.equal(run.status, 0, run.stderr);
  farm.heal();
  for (let rounds = 0; rounds < 3; rounds++) await home.run(['--once']);
  for (const at of farm.servers.keys()) {
    const sent = farm.sent.filter((one) => one.startsWith(`${at}-`));
    assert.deepEqual(storedIn(home.path('Maildir', `a${at}`)).toSorted(), sent.toSorted());
  }
  const before = samples.slice(Math.floor(samples.length / 4), Math.floor(samples.length / 2));
  const after = samples.slice(-before.length);
  const most = (of: readonly Sample[], what: keyof Sample) =>
    Math.max(...of.map((sample) => sample[what]));
  for (const what of ['resident', 'descriptors'] as const)
    t.diagnostic(`${what}: ${samples.map((sample) => sample[what]).join(' ')}`);
  assert.ok(most(after, 'resident') < most(before, 'resident') * 1.15 + 4096);
  assert.ok(most(after, 'descriptors') <= most(before, 'descriptors') + many);
});

/** Resident memory in kB, and open files. */
function sampleOf(pid: number): Sample {
  const [, resident = '0'] =
    /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { resident: Number(resident), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
