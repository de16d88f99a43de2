import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FailureCode } from '../../src/errors.ts';
import { lastGrace, longestPoll } from '../../src/scheduler/deadline.ts';
import {
  type PollsBefore,
  type ScheduledAccount,
  type ScheduledPoll,
  Scheduler,
} from '../../src/scheduler/scheduler.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { randomFrom } from '../support/random.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How an account's server behaves: how long a poll takes and how it ends. */
interface Behavior {
  readonly lasts: number;
  readonly code?: FailureCode;
  readonly atLeast?: number;
  /** Waits for its server all the time. */
  readonly silent?: true;
  /** Ends only when it is told to. */
  readonly hangs?: 'until stop' | 'until now';
}

interface Polled {
  readonly account: string;
  readonly host: string;
  readonly from: number;
  to: number | undefined;
}

const well: Behavior = { lasts: 2000 };

function account(name: string, more: Partial<ScheduledAccount> = {}): ScheduledAccount {
  const host = `${name}.example`;
  const base = { name, host, every: 5 * minute, atLeast: 0, settings: '', before: undefined };
  return { ...base, ...more };
}

/** Servers and a scheduler in front of them. */
class World {
  readonly clock = new FakeClock();
  readonly polls: Polled[] = [];
  readonly behaviors = new Map<string, Behavior>();
  /** Polls by others: when they ended. */
  readonly elsewhere = new Map<string, Omit<PollsBefore, 'ago'> & { readonly endedAt: number }>();
  readonly scheduler: Scheduler;
  readonly #stop = new AbortController();
  readonly #now = new AbortController();
  readonly #hosts: Map<string, string>;
  ended: Promise<void>;

  constructor(
    accounts: readonly ScheduledAccount[],
    limits = { jobs: 4, perHost: 2 },
    random: () => number = () => 0.5,
  ) {
    this.#hosts = new Map(accounts.map(({ name, host }) => [name, host]));
    const poll = (name: string, scheduled: ScheduledPoll) => this.#poll(name, scheduled);
    const before = (name: string) => this.#before(name);
    this.scheduler = new Scheduler({ clock: this.clock, random, poll, before }, limits);
    this.scheduler.update(accounts, limits);
    this.ended = this.scheduler.run({ stop: this.#stop.signal, now: this.#now.signal });
  }

  #before(name: string): PollsBefore | undefined {
    const other = this.elsewhere.get(name);
    return other && { ...other, ago: this.clock.now() - other.endedAt };
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.clock.pass(0);
  }

  stopNow(): void {
    this.#now.abort();
  }

  of(name: string): readonly Polled[] {
    return this.polls.filter((polled) => polled.account === name);
  }

  async #poll(name: string, { signals: { stop, now }, place, ended }: ScheduledPoll) {
    const behavior = this.behaviors.get(name) ?? well;
    const polled: Polled = {
      account: name,
      host: this.#hosts.get(name) ?? '',
      from: this.clock.now(),
      to: undefined,
    };
    this.polls.push(polled);
    if (behavior.silent === true) place.waits();
    if (behavior.hangs === undefined) await this.clock.wait(behavior.lasts, now);
    else await this.clock.wait(1e12, behavior.hangs === 'until stop' ? stop : now);
    polled.to = this.clock.now();
    const { code } = behavior;
    ended({ code, loggedIn: code === undefined, atLeast: behavior.atLeast });
  }
}

function mostAtOnce(polls: readonly Polled[]): number {
  const moments = polls.flatMap(({ from, to }) => [
    { at: from, change: 1 },
    { at: to ?? Number.POSITIVE_INFINITY, change: -1 },
  ]);
  moments.sort((one, other) => one.at - other.at || one.change - other.change);
  let most = 0;
  let present = 0;
  for (const { change } of moments) {
    present += change;
    most = Math.max(most, present);
  }
  return most;
}

function gaps(polls: readonly Polled[]): number[] {
  return polls.slice(1).map(({ from }, at) => from - (polls[at]?.to ?? Number.NaN));
}

test('an account is polled at the start and an interval after each poll', async () => {
  const world = new World([account('a')]);
  await world.clock.pass(hour);
  assert.equal(world.polls.length, 12);
  assert.deepEqual(new Set(gaps(world.polls)), new Set([5 * minute]));
});

test('a start soon after the last run waits for the rest of the interval', async () => {
  const before = { ago: 2 * minute, failures: 0, refusals: 0 };
  const world = new World([account('a', { before })]);
  await world.clock.pass(3 * minute - 1);
  assert.equal(world.polls.length, 0);
  await world.clock.pass(1);
  assert.equal(world.polls.length, 1);
});

test('what the server demanded before the start holds until it demands it no longer', async () => {
  const before = { ago: minute, failures: 0, refusals: 0, atLeast: hour };
  const world = new World([account('a', { before })]);
  await world.clock.pass(59 * minute - 1);
  assert.equal(world.polls.length, 0);
  await world.clock.pass(5 * minute + 2001);
  assert.equal(world.polls.length, 2);
});

test('a last run in the future, after the clock was set back, delays no longer than an interval', async () => {
  const world = new World([account('a', { before: { ago: -1e12, failures: 0, refusals: 0 } })]);
  await world.clock.pass(5 * minute);
  assert.equal(world.polls.length, 1);
});

test('a signal to poll now polls every account, but not before LOGIN-DELAY has passed', async () => {
  const world = new World([account('free'), account('delayed', { atLeast: 4 * minute })]);
  await world.clock.pass(minute);
  world.scheduler.pollNow();
  await world.clock.pass(0);
  assert.equal(world.of('free').length, 2);
  assert.equal(world.of('delayed').length, 1);
  await world.clock.pass(3 * minute + 2000);
  assert.equal(world.of('delayed').length, 2);
});

test('a signal to poll now that comes during a poll is followed by another poll', async () => {
  const world = new World([account('a')]);
  await world.clock.pass(1000);
  world.scheduler.pollNow();
  await world.clock.pass(minute);
  assert.deepEqual(
    world.polls.map(({ from }) => from),
    [0, 2000],
  );
});

test('a signal to poll now does not end the pause after refused logins', async () => {
  const world = new World([account('a')]);
  world.behaviors.set('a', { lasts: 1000, code: 'auth' });
  await world.clock.pass(30 * minute);
  assert.equal(world.polls.length, 3);
  world.scheduler.pollNow();
  await world.clock.pass(0);
  assert.equal(world.polls.length, 3);
});

test('changed settings end back-off and pause', async () => {
  const world = new World([account('a')]);
  world.behaviors.set('a', { lasts: 1000, code: 'auth' });
  await world.clock.pass(30 * minute);
  world.scheduler.update([account('a', { settings: 'new' })], { jobs: 4, perHost: 2 });
  await world.clock.pass(0);
  assert.equal(world.polls.length, 4);
});

test('an account that left the configuration is polled no more, a new one at once', async () => {
  const world = new World([account('old')]);
  await world.clock.pass(minute);
  world.scheduler.update([account('new')], { jobs: 4, perHost: 2 });
  await world.clock.pass(hour);
  assert.equal(world.of('old').length, 1);
  assert.ok(world.of('new').length > 10);
});

test('when the server is back, the account is polled as usual again', async () => {
  const world = new World([account('a')]);
  world.behaviors.set('a', { lasts: 1000, code: 'connect' });
  await world.clock.pass(day);
  world.behaviors.delete('a');
  await world.clock.pass(hour + minute);
  const before = world.polls.length;
  await world.clock.pass(hour);
  assert.ok(world.polls.length - before >= 11);
});

test('a server that demands LOGIN-DELAY no longer is polled as usual again', async () => {
  const world = new World([account('a')]);
  world.behaviors.set('a', { lasts: 0, atLeast: hour });
  await world.clock.pass(minute);
  world.behaviors.set('a', { lasts: 0 });
  await world.clock.pass(hour);
  assert.equal(world.polls.length, 2);
  await world.clock.pass(5 * minute);
  assert.equal(world.polls.length, 3);
});

test('a stop waits for the polls under way and starts none that still waits', async () => {
  const world = new World([account('a'), account('b')], { jobs: 1, perHost: 1 });
  await world.clock.pass(1000);
  await world.stop();
  await world.clock.pass(1000);
  await world.ended;
  assert.equal(world.polls.length, 1);
  assert.equal(world.polls[0]?.to, 2000);
  assert.equal(world.clock.waiting, 0);
});

test('a poll without end is asked to end in order after an hour, and dropped when it does not', async () => {
  const world = new World([account('polite'), account('deaf')]);
  world.behaviors.set('polite', { lasts: 0, hangs: 'until stop' });
  world.behaviors.set('deaf', { lasts: 0, hangs: 'until now' });
  await world.clock.pass(longestPoll + lastGrace);
  assert.equal(world.of('polite')[0]?.to, longestPoll);
  assert.equal(world.of('deaf')[0]?.to, longestPoll + lastGrace);
});

for (const { title, jobs, kind, delay } of [
  { title: 'silent servers', jobs: 4, kind: { silent: true }, delay: 5000 },
  { title: 'a silent server', jobs: 1, kind: { silent: true }, delay: 2000 },
  { title: 'commands that hang', jobs: 4, kind: {}, delay: 90_000 },
] as const)
  test(`with jobs: ${jobs}, ${title} cost the others next to nothing`, async () => {
    const alive = Array.from({ length: 8 }, (_, at) => `alive${at}`);
    const dead = Array.from({ length: jobs === 1 ? 1 : 5 }, (_, at) => `dead${at}`);
    const limits = { jobs, perHost: 2 };
    const world = new World(
      [...dead, ...alive].map((name) => account(name)),
      limits,
      randomFrom(7),
    );
    for (const name of alive) world.behaviors.set(name, { lasts: 100 });
    for (const name of dead) world.behaviors.set(name, { lasts: minute, code: 'timeout', ...kind });
    await world.clock.pass(day);
    for (const name of alive)
      for (const gap of gaps(world.of(name)).slice(1))
        assert.ok(gap <= 5.5 * minute + 8 * 100 + delay, `${name} waited ${gap} ms`);
  });

test('an account in a hurry whose turn had not come yet is polled once', async () => {
  const world = new World([account('a'), account('b')], { jobs: 1, perHost: 1 });
  await world.clock.pass(1000);
  world.scheduler.pollNow();
  await world.clock.pass(minute);
  assert.equal(world.of('a').length, 2);
  assert.equal(world.of('b').length, 1);
});

const codes: readonly (FailureCode | undefined)[] = [
  undefined,
  'connect',
  'auth',
  'locked',
  'deliver_temp',
  'login_delay',
];

const server = fc.record({
  host: fc.constantFrom('one', 'two', 'three'),
  every: fc.integer({ min: minute, max: 6 * hour }),
  lasts: fc.integer({ min: 0, max: 5 * minute }),
  code: fc.constantFrom(...codes),
  silent: fc.boolean(),
  atLeast: fc.option(fc.integer({ min: 0, max: 2 * hour }), { nil: undefined }),
});

test('over a week nobody starves, no host has too many sessions, and nobody comes too soon', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(server, { minLength: 1, maxLength: 8 }),
      fc.record({ jobs: fc.integer({ min: 1, max: 5 }), perHost: fc.integer({ min: 1, max: 3 }) }),
      fc.integer({ min: 1, max: 0x7fffffff }),
      async (servers, limits, seed) => {
        const accounts = servers.map(({ host, every }, at) => account(`a${at}`, { host, every }));
        const world = new World(accounts, limits, randomFrom(seed));
        servers.forEach(({ lasts, code, atLeast, silent }, at) => {
          const known = {
            ...(code && { code }),
            ...(silent && { silent }),
            ...(atLeast !== undefined && { atLeast }),
          };
          world.behaviors.set(`a${at}`, { lasts, ...known });
        });
        await world.clock.pass(7 * day);

        const busy = world.polls.filter(
          ({ account: name }) => world.behaviors.get(name)?.silent !== true,
        );
        assert.ok(mostAtOnce(busy) <= limits.jobs);
        for (const host of ['one', 'two', 'three'])
          assert.ok(
            mostAtOnce(world.polls.filter((polled) => polled.host === host)) <= limits.perHost,
          );
        const queue = servers.length * 5 * minute;
        servers.forEach(({ every, atLeast = 0 }, at) => {
          const waits = gaps(world.of(`a${at}`));
          assert.ok(waits.length > 0);
          for (const wait of waits) {
            assert.ok(wait >= Math.max(every * 0.9, atLeast) - 1);
            assert.ok(wait <= 1.1 * Math.max(every, hour, atLeast) + queue + 1);
          }
        });
      },
    ),
    { numRuns: process.env.POPFETCH_LONG === '1' ? 300 : 15 },
  );
});

test('a poll by another program counts for what the server demands between two logins', async () => {
  const world = new World([account('a')]);
  world.behaviors.set('a', { ...well, atLeast: 4 * minute });
  await world.clock.pass(3 * minute);
  const endedAt = world.clock.now();
  world.elsewhere.set('a', { endedAt, failures: 0, refusals: 0, atLeast: 4 * minute });
  world.scheduler.pollNow();
  await world.clock.pass(3 * minute);
  assert.equal(world.polls.length, 1);
  await world.clock.pass(minute + 1);
  assert.equal(world.polls[1]?.from, endedAt + 4 * minute);
});

test('three logins refused elsewhere pause an account here too', async () => {
  const world = new World([account('a')]);
  await world.clock.pass(minute);
  const endedAt = world.clock.now();
  world.elsewhere.set('a', { endedAt, failures: 3, refusals: 3 });
  await world.clock.pass(hour - 1);
  assert.equal(world.polls.length, 1);
  await world.clock.pass(1);
  assert.equal(world.polls.length, 2);
});

test('a record from the future, after the clock was set back, delays nothing', async () => {
  const world = new World([account('a', { atLeast: hour })]);
  world.elsewhere.set('a', { endedAt: day, failures: 0, refusals: 3 });
  await world.clock.pass(2 * hour + minute);
  assert.equal(world.polls.length, 3);
});
