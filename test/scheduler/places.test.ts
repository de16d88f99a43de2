import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { Place } from '../../src/scheduler/place.ts';
import { type Candidate, type Limits, Places } from '../../src/scheduler/places.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Polls that hold their places until they are ended. */
class Polls {
  readonly clock = new FakeClock();
  readonly running = new Map<string, Place>();
  readonly places: Places;
  readonly #ends = new Map<string, () => void>();

  constructor(limits: Limits) {
    this.places = new Places(limits, this.clock);
  }

  async start(name: string, candidate: Partial<Candidate> = {}): Promise<void> {
    void this.places.take({ host: name, ...candidate }, (place) => {
      this.running.set(name, place);
      return new Promise<void>((resolve) => {
        this.#ends.set(name, () => {
          this.running.delete(name);
          resolve();
        });
      });
    });
    await setImmediate();
  }

  place(name: string): Place {
    const place = this.running.get(name);
    assert.ok(place, `${name} does not run`);
    return place;
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await setImmediate();
  }

  get names(): string {
    return [...this.running.keys()].join(' ');
  }
}

test('a poll that waits a second for its server lends its place to the next one', async () => {
  const polls = new Polls({ jobs: 1, perHost: 1 });
  await polls.start('silent');
  await polls.start('next');
  await polls.start('third');
  polls.place('silent').waits();
  await polls.clock.pass(999);
  assert.equal(polls.names, 'silent');
  await polls.clock.pass(1);
  assert.equal(polls.names, 'silent next');
});

test('whoever has waited already lends its place at once when another one comes', async () => {
  const polls = new Polls({ jobs: 1, perHost: 1 });
  await polls.start('silent');
  polls.place('silent').waits();
  await polls.clock.pass(5000);
  await polls.start('next');
  await polls.clock.pass(0);
  assert.equal(polls.names, 'silent next');
});

test('a server that drips an octet now and then is as good as silent', async () => {
  const polls = new Polls({ jobs: 1, perHost: 1 });
  await polls.start('drip');
  await polls.start('next');
  for (let octets = 0; octets < 15; octets++) {
    polls.place('drip').waits();
    await polls.clock.pass(100);
    polls.place('drip').received(1);
  }
  polls.place('drip').waits();
  await polls.clock.pass(100);
  assert.equal(polls.names, 'drip next');
});

test('a server that is slow but gets on keeps its place', async () => {
  const polls = new Polls({ jobs: 1, perHost: 1 });
  await polls.start('slow');
  await polls.start('next');
  for (let chunks = 0; chunks < 100; chunks++) {
    polls.place('slow').waits();
    await polls.clock.pass(900);
    polls.place('slow').received(1400);
  }
  assert.equal(polls.names, 'slow');
});

test('what a poll does on its own, such as deliver, is not waiting', async () => {
  const polls = new Polls({ jobs: 1, perHost: 1 });
  await polls.start('busy');
  await polls.start('next');
  polls.place('busy').waits();
  await polls.clock.pass(500);
  polls.place('busy').received(100);
  await polls.clock.pass(600_000);
  assert.equal(polls.names, 'busy');
});

test('when the server of a lent place speaks again, nobody new starts until there is room', async () => {
  const polls = new Polls({ jobs: 1, perHost: 1 });
  for (const name of ['silent', 'next', 'third']) await polls.start(name);
  polls.place('silent').waits();
  await polls.clock.pass(1000);
  polls.place('silent').received(5000);
  await polls.end('next');
  assert.equal(polls.names, 'silent');
  await polls.end('silent');
  assert.equal(polls.names, 'third');
});

test('a lent place does not lift the limit of its host', async () => {
  const polls = new Polls({ jobs: 4, perHost: 1 });
  await polls.start('silent', { host: 'h' });
  await polls.start('next', { host: 'h' });
  polls.place('silent').waits();
  await polls.clock.pass(60_000);
  assert.equal(polls.names, 'silent');
});

test('accounts in doubt that wait for their host keep no other one in doubt from its place', async () => {
  const polls = new Polls({ jobs: 2, perHost: 1 });
  await polls.start('long', { host: 'h' });
  await polls.start('waits', { host: 'h', doubtful: true });
  await polls.start('other', { doubtful: true });
  assert.equal(polls.names, 'long other');
});

type Step =
  | { readonly kind: 'start'; readonly host: string; readonly doubtful: boolean }
  | { readonly kind: 'waits' | 'end'; readonly which: number }
  | { readonly kind: 'received'; readonly which: number; readonly octets: number }
  | { readonly kind: 'pass'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('start' as const),
    host: fc.constantFrom('one', 'two', 'three'),
    doubtful: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('waits' as const, 'end' as const), which: fc.nat(9) }),
  fc.record({
    kind: fc.constant('received' as const),
    which: fc.nat(9),
    octets: fc.nat(2000),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(3000) }),
);

test('whatever happens, no host has too many polls, those that get on began within the limit, and all come to their turn', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.record({ jobs: fc.integer({ min: 1, max: 3 }), perHost: fc.integer({ min: 1, max: 2 }) }),
      async (steps, limits) => {
        const polls = new Polls(limits);
        const hosts = new Map<string, string>();
        const seen = new Set<string>();
        const check = () => {
          for (const name of polls.running.keys()) {
            if (seen.has(name)) continue;
            seen.add(name);
            const idle = [...polls.running.values()].filter(({ isIdle }) => isIdle).length;
            assert.ok(polls.running.size - Math.min(idle, 8) <= limits.jobs);
          }
          for (const host of ['one', 'two', 'three']) {
            const here = [...polls.running.keys()].filter((name) => hosts.get(name) === host);
            assert.ok(here.length <= limits.perHost);
          }
        };
        for (const [at, one] of steps.entries()) {
          const nth = 'which' in one ? [...polls.running.keys()][one.which] : undefined;
          if (one.kind === 'start') {
            hosts.set(`p${at}`, one.host);
            await polls.start(`p${at}`, one);
          } else if (one.kind === 'pass') await polls.clock.pass(one.ms);
          else if (nth === undefined) continue;
          else if (one.kind === 'waits') polls.place(nth).waits();
          else if (one.kind === 'received') polls.place(nth).received(one.octets);
          else await polls.end(nth);
          await setImmediate();
          check();
        }
        while (polls.running.size > 0) {
          const [first = ''] = polls.running.keys();
          await polls.end(first);
          check();
        }
        assert.equal(seen.size, hosts.size);
        assert.equal(polls.clock.waiting, 0);
      },
    ),
    { numRuns: process.env.POPFETCH_LONG === '1' ? 2000 : 100 },
  );
});
