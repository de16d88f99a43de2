import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { PopfetchEvent } from '../../src/events.ts';
import { type PollResult, poll } from '../../src/poll/poll.ts';
import {
  type MaildropMessage,
  type MaildropServer,
  type Rewritten,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { wholeAccount } from '../support/whole-account.ts';
import { type MutationAt, Mutator, mutations } from './mutations.ts';
import { type Player, readTranscripts, startPlayer } from './transcripts.ts';

/*
 * POPFETCH_LONG=1 plays 20,000 sessions. POPFETCH_SEED=n begins with this seed: a failure names the seed of its stretch
 * and the path in it, and a run that was stopped goes on with the last seed it printed.
 */
const long = process.env.POPFETCH_LONG === '1';
const sessions = long ? 20_000 : 300;
const stretch = 50;
const lanes = 8;
const firstSeed = Number(process.env.POPFETCH_SEED ?? Math.floor(Math.random() * 2 ** 30));

const never = new AbortController().signal;
/** For a server that falls silent on purpose; for one that behaves, however busy this computer is; for a hang. */
const impatience = 40;
const patience = 20_000;
const hung = 30_000;
const week = 7 * 24 * 3600 * 1000;
const transcripts = readTranscripts();
const pieces = transcripts.flatMap((turns) => turns.map(({ octets }) => octets));
/** Syncing costs nothing in memory, and no power is cut here. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

interface Plan {
  /** Which of `texts` the maildrop holds. */
  readonly texts: readonly number[];
  readonly uids: 'own' | 'numbers' | 'shared' | 'paths';
  readonly pipelining: boolean;
  readonly keep: boolean;
  readonly bytewise: boolean;
  /** Plays this transcript instead of serving a maildrop. */
  readonly transcript: number | undefined;
  readonly mutations: readonly MutationAt[];
}

const texts = [
  'Subject: small\r\n\r\nbody\r\n',
  'Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n+OK\r\n.\r\n',
  'From: a@example.org\r\nMessage-ID: <1@example.org>\r\n\r\n\xe4\0\r\n',
  '',
  '\r\n\r\nno header\r\n',
  `Subject: longer\r\n\r\n${'a line of some length, and then another\r\n'.repeat(60)}`,
  `Subject: one line\r\n\r\n${'y'.repeat(5000)}\r\n`,
];

const plans: fc.Arbitrary<Plan> = fc.record({
  texts: fc.array(fc.nat({ max: texts.length - 1 }), { maxLength: 5 }),
  uids: fc.constantFrom('own', 'own', 'numbers', 'shared', 'paths'),
  pipelining: fc.boolean(),
  keep: fc.boolean(),
  bytewise: fc.constantFrom(false, false, false, true),
  transcript: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 3 },
    { arbitrary: fc.nat({ max: transcripts.length - 1 }), weight: 1 },
  ),
  mutations,
});

test(`whatever a server says, nothing torn is stored, nothing hangs, and a good session makes up for it (seed ${firstSeed})`, async (t) => {
  let seed = firstSeed;
  const last = firstSeed + sessions / stretch;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      await using lane = await Lane.open();
      while (seed < last) {
        const own = seed++;
        if (long && (own - firstSeed) % 40 === 0) t.diagnostic(`seed ${own} of ${last}`);
        const property = fc.asyncProperty(plans, (plan) => lane.play(plan));
        await fc.assert(property, {
          seed: own,
          numRuns: stretch,
          endOnFailure: !long,
          includeErrorInReport: true,
        });
      }
    }),
  );
  const peak = process.resourceUsage().maxRSS / 1024;
  t.diagnostic(`${sessions} sessions, peak ${Math.round(peak)} MB`);
  assert.ok(peak < 600, `${peak} MB`);
});

/** A server for maildrops and one for transcripts; plays one plan after the other. */
class Lane implements AsyncDisposable {
  readonly #maildrop: MaildropServer;
  readonly #player: Player;
  #sent: Buffer[] = [];

  static async open(): Promise<Lane> {
    return new Lane(await startMaildropServer(), await startPlayer());
  }

  private constructor(maildrop: MaildropServer, player: Player) {
    this.#maildrop = maildrop;
    this.#player = player;
  }

  async play(plan: Plan): Promise<void> {
    const folder = mkdtempSync(join(base, 'popfetch-fuzz-'));
    try {
      await this.#play(plan, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #play(plan: Plan, folder: string): Promise<void> {
    const messages = messagesOf(plan);
    const server = this.#maildrop;
    server.messages = [...messages];
    server.sessions.length = 0;
    const port = this.#misbehave(plan);
    const bad = await this.#poll(plan, folder, { port, timeout: impatience, now: 0 });
    assert.notEqual(bad.result.failure?.code, 'internal', bad.result.failure?.stack);
    const whole = wholeReplies(Buffer.concat(this.#sent).toString('latin1'));
    for (const text of visible(folder)) assert.ok(whole.has(text), `torn: ${JSON.stringify(text)}`);

    server.faults = {};
    const good = { port: server.port, timeout: patience };
    const next = await this.#poll(plan, folder, { ...good, now: week });
    assert.equal(next.result.failure, undefined, next.result.failure?.message);
    // What has no unique-id of its own may be renumbered by each deletion, and then it takes another poll.
    const isShared = plan.uids === 'shared';
    const again = next.delivered.filter((uid) => bad.delivered.includes(uid));
    if (!isShared) assert.deepEqual(again, [], 'delivered again');
    assert.equal(new Set(next.delivered).size, next.delivered.length, 'none twice in one session');
    for (let weeks = 2; weeks <= (isShared ? 4 : 2); weeks += 1) {
      const after = await this.#poll(plan, folder, { ...good, now: weeks * week });
      assert.equal(after.result.failure, undefined, after.result.failure?.message);
      if (!isShared) assert.deepEqual(after.delivered, [], 'nothing is new any more');
    }
    const stored = visible(folder);
    for (const { uid, content } of plan.transcript === undefined ? messages : []) {
      const text = textOf({ content });
      const isStored = stored.includes(text) || bad.delivered.some((one) => isOf(one, uid));
      assert.ok(isStored, `lost: ${uid}`);
    }
    // Of messages that are the same octet for octet, and share a unique-id, one may stand for all.
    const there = plan.transcript === undefined ? messages.map(textOf) : [];
    const shrunk = Math.max(0, empty(stored) - empty(there));
    const accounted = new Set(stored).size + shrunk;
    assert.ok(accounted >= new Set(there).size, 'fewer are stored than there were');
    assert.deepEqual(readdirSync(join(folder, 'Maildir/tmp')), [], 'nothing unfinished is left');
    if (!plan.keep) assert.deepEqual(server.messages, [], 'nothing is left on the server');
  }

  /** The port to connect to. */
  #misbehave(plan: Plan): number {
    this.#sent = [];
    const mutator = new Mutator(plan.mutations, pieces);
    const rewrite = (octets: Buffer, chunk: number): Rewritten => {
      const mutated = mutator.mutate(octets, chunk);
      this.#sent.push(mutated.octets);
      return mutated;
    };
    const { bytewise } = plan;
    this.#maildrop.faults = { rewrite, bytewise };
    if (plan.transcript === undefined) return this.#maildrop.port;
    this.#player.turns = transcripts[plan.transcript] ?? [];
    this.#player.rewrite = rewrite;
    return this.#player.port;
  }

  async #poll(
    plan: Plan,
    folder: string,
    { port, timeout, now }: { port: number; timeout: number; now: number },
  ): Promise<{ result: PollResult; delivered: readonly string[] }> {
    const delivered: string[] = [];
    const emit = (event: PopfetchEvent): void => {
      if (event.type === 'message' && event.action === 'delivered') delivered.push(event.uid);
    };
    const clock = (): number => Date.now() + now;
    const { user, password } = this.#maildrop;
    const account = wholeAccount({
      server: { port, user, password },
      folder,
      keep: plan.keep,
      pipelining: plan.pipelining ? 'auto' : 'off',
      timeout,
      now: clock,
    });
    const polled = poll(account, { emit, stop: never, signal: never, now: clock });
    const watch = new AbortController();
    const result = await Promise.race([polled, delay(hung, undefined, { signal: watch.signal })]);
    watch.abort();
    if (result === undefined) throw new Error('it hangs');
    return { result, delivered };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#maildrop[Symbol.asyncDispose]();
    await this.#player[Symbol.asyncDispose]();
  }
}

function messagesOf({ texts: all, uids }: Plan): MaildropMessage[] {
  return all.map((text, index) => {
    const uid = {
      own: `uid-${index + 1}`,
      numbers: `${index + 1}`,
      shared: 'uid',
      paths: `../${index}`,
    };
    return { uid: uid[uids], content: texts[text] ?? '' };
  });
}

/** As a Maildir stores it. */
function textOf({ content }: Pick<MaildropMessage, 'content'>): string {
  return String(content).replaceAll('\r\n', '\n');
}

/** How many are empty: a reply that lost octets may become so, and look like a message that was empty from the start. */
function empty(all: readonly string[]): number {
  return all.filter((text) => text === '').length;
}

/** Where unique-ids are shared, what the header adds to tell messages apart follows a `#`. */
function isOf(delivered: string, uid: string): boolean {
  return delivered === uid || delivered.startsWith(`${uid}#`);
}

function visible(folder: string): readonly string[] {
  const where = join(folder, 'Maildir/new');
  if (!existsSync(where)) return [];
  return readdirSync(where).map((name) => readFileSync(join(where, name), 'latin1'));
}

/** Everything in what a server said that a client may take for a whole multi-line reply, as a Maildir stores it. */
function wholeReplies(said: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { index } of said.matchAll(/\+OK/g)) {
    const start = said.indexOf('\r\n', index);
    const end = said.indexOf('\r\n.\r\n', start);
    if (start === -1 || end === -1) continue;
    const body = said
      .slice(start, end + 2)
      .replaceAll('\r\n.', '\r\n')
      .slice(2);
    found.add(body.replaceAll('\r\n', '\n'));
  }
  return found;
}
