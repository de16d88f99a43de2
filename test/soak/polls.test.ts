import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AccountRun, runAccount } from '../../src/cli/account-run.ts';
import { monotonicClock } from '../../src/cli/monotonic-clock.ts';
import type { World } from '../../src/cli/world.ts';
import type { AccountConfig, Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type ScheduledPoll, Scheduler } from '../../src/scheduler/scheduler.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { Farm, storedIn } from './farm.ts';

const isLong = process.env.POPFETCH_LONG === '1';
const polls = isLong ? 1000 : 40;
const many = isLong ? 20 : 8;
const seed = Number(process.env.POPFETCH_SEED ?? Math.floor(Math.random() * 1e9) + 1);

test(`after ${polls} polls of ${many} accounts at servers that fail at random, each message is there once and nothing leaks`, {
  timeout: 600_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}; again: POPFETCH_SEED=${seed}`);
  await using farm = await Farm.start(many, seed);
  await using home = await PopfetchHome.create();
  home.configure(configuration(farm, home));
  const soak = await Soak.prepare(farm, home);
  await soak.poll(polls / 2);
  const half = used();
  const mail = farm.sent.length;
  await soak.poll(polls / 2);
  const whole = used();
  t.diagnostic(`failures: ${JSON.stringify(Object.fromEntries(soak.failures))}`);
  t.diagnostic(`half: ${JSON.stringify(half)}, whole: ${JSON.stringify(whole)}`);
  farm.heal();
  for (let rounds = 0; rounds < 5; rounds++) await soak.pollAll();
  for (const at of farm.servers.keys()) {
    const stored = storedIn(home.path('Maildir', `a${at}`)).toSorted();
    assert.deepEqual(stored, farm.sent.filter((one) => one.startsWith(`${at}-`)).toSorted());
    assert.deepEqual(readdirSync(home.path('Maildir', `a${at}`, 'tmp')), []);
  }
  assert.ok(farm.sent.length > polls / 2, 'there was mail');
  assert.ok(soak.failures.size > 3, 'there were mishaps');
  assert.ok(whole.descriptors <= half.descriptors + many, `${half.descriptors} descriptors grew`);
  // The mail that came in meanwhile lies in the servers' memory.
  const most = half.heap + 300_000 + 2000 * (farm.sent.length - mail);
  if (isLong) assert.ok(whole.heap < most, `${half.heap} octets of heap grew`);
});

/** Polls through the real scheduler, in this process. */
class Soak {
  readonly failures = new Map<string, number>();
  readonly #farm: Farm;
  readonly #home: PopfetchHome;
  readonly #config: Config;
  readonly #scheduler: Scheduler;
  #left = 0;
  #stop = new AbortController();

  static async prepare(farm: Farm, home: PopfetchHome): Promise<Soak> {
    const request = { env: {}, home: home.path('home'), uid: process.geteuid?.(), stdin: nothing };
    const loaded = await loadConfig({ file: home.configFile, ...request });
    assert.ok(loaded.kind === 'config', JSON.stringify(loaded));
    return new Soak(farm, home, loaded.config);
  }

  private constructor(farm: Farm, home: PopfetchHome, config: Config) {
    this.#farm = farm;
    this.#home = home;
    this.#config = config;
    const { random } = farm;
    const poll = (name: string, scheduled: ScheduledPoll) => this.#poll(name, scheduled);
    this.#scheduler = new Scheduler(
      { clock: monotonicClock, random, poll, before: () => undefined },
      config,
    );
    const scheduled = config.accounts.map(({ name, host, port }) => {
      const before = undefined;
      return { name, host: `${host}:${port}`, every: 10, atLeast: 0, settings: '', before };
    });
    this.#scheduler.update(scheduled, config);
  }

  async poll(times: number): Promise<void> {
    this.#left = times;
    this.#stop = new AbortController();
    const now = new AbortController();
    setMaxListeners(0, this.#stop.signal, now.signal);
    await this.#scheduler.run({ stop: this.#stop.signal, now: now.signal });
    await setImmediate();
  }

  /** Every account once more; the servers stay as they are. */
  async pollAll(): Promise<void> {
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    await Promise.all(
      this.#config.accounts.map((account) => runAccount(account, this.#run(signal, signal))),
    );
  }

  async #poll(name: string, { signals, place, ended }: ScheduledPoll): Promise<void> {
    const account = this.#config.accounts.findIndex((one) => one.name === name);
    const config = this.#config.accounts[account];
    assert.ok(config);
    this.#farm.prepare(account);
    const run = { ...this.#run(signals.stop, signals.now), line: place };
    const outcome = await runAccount(impatient(config), {
      ...run,
      // The back-off of hours is the scheduler's own test's.
      ended: (end) => ended({ ...end, code: undefined }),
    });
    const { failure } = outcome.result;
    if (failure) this.failures.set(failure.code, (this.failures.get(failure.code) ?? 0) + 1);
    this.#left--;
    if (this.#left <= 0) this.#stop.abort();
  }

  #run(stop: AbortSignal, now: AbortSignal): AccountRun {
    return {
      world: worldOf(this.#home),
      emit: () => undefined,
      stateDir: this.#home.stateDir,
      config: this.#config,
      signals: { stop, now },
      wait: 0,
      readPrompt: undefined,
      dryRun: false,
      named: true,
    };
  }
}

function impatient(account: AccountConfig): AccountConfig {
  return { ...account, timeout: 250 };
}

/** Each third account keeps nothing, or only so much. */
function configuration(farm: Farm, home: PopfetchHome): object {
  const kept = [{ keep: true }, { keep: false }, { atMost: { count: 10 } }];
  const accounts = farm.servers.map(({ host, port, user, password }, at) => [
    `a${at}`,
    { host, port, tls: 'off', user, password, trace: false, ...kept[at % kept.length] },
  ]);
  return {
    jobs: 6,
    defaults: { deliver: { maildir: `${home.path('Maildir')}/{account}/` } },
    accounts: Object.fromEntries(accounts),
  };
}

function worldOf(home: PopfetchHome): World {
  const output = { write: () => undefined, writeOctets: () => undefined, isTTY: false };
  const deaf = () => ({ [Symbol.dispose]: () => undefined });
  const world = {
    argv: [],
    program: ['node', 'popfetch'],
    env: {},
    stdout: output,
    stderr: output,
    stderrIsJournal: () => false,
    stdin: nothing,
    readPrompt: undefined,
    uid: process.geteuid?.(),
    home: home.path('home'),
    version: '0',
    run: 'soak',
    now: Date.now,
    onSignal: deaf,
    onRequest: deaf,
  };
  return world;
}

const nothing: World['stdin'] = { [Symbol.asyncIterator]: () => [][Symbol.iterator]() as never };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What this process holds: servers and accounts together. */
function used(): { readonly heap: number; readonly descriptors: number } {
  collectGarbage();
  const descriptors = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  return { heap: process.memoryUsage().heapUsed, descriptors };
}
