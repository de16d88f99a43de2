import type { FailureCode } from '../errors.ts';
import type { Clock } from './clock.ts';
import { type EndSignals, withDeadline } from './deadline.ts';
import {
  type Course,
  failuresAfter,
  isPaused,
  longestBackOff,
  nextPollAt,
  refusalsAfter,
} from './next-poll.ts';
import type { Place } from './place.ts';
import { type Limits, Places } from './places.ts';

export interface ScheduledAccount {
  readonly name: string;
  readonly host: string;
  /** ms between two polls. */
  readonly every: number;
  /** ms that the provider is known to demand between two logins; 0 for nothing. */
  readonly atLeast: number;
  /** Changes when the account's settings do: then what went wrong before counts no longer. */
  readonly settings: string;
  /** What is known from before the start; undefined for an account that was never polled. */
  readonly before: PollsBefore | undefined;
}

export interface PollsBefore {
  /** ms since the last poll ended. */
  readonly ago: number;
  /** In a row. */
  readonly failures: number;
  readonly refusals: number;
  /** ms that the server demanded between two logins. */
  readonly atLeast?: number;
}

/** How a poll ended, as far as the next one depends on it. */
export interface PollEnd {
  readonly code: FailureCode | undefined;
  readonly loggedIn: boolean;
  /** ms that the server demands between two logins (LOGIN-DELAY), where it said so. */
  readonly atLeast: number | undefined;
}

/** One poll as its scheduler sees it. */
export interface ScheduledPoll {
  readonly signals: EndSignals;
  /** Is told how the poll waits for its server. */
  readonly place: Place;
  /** To be called once, when it is known how the poll ended; answers with the ms until the next one. */
  readonly ended: (end: PollEnd) => number;
}

export type PollAccountOnce = (account: string, poll: ScheduledPoll) => Promise<void>;

export interface SchedulerParts {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly poll: PollAccountOnce;
  /** What is on record of an account's polls: other programs poll it too. */
  readonly before: (account: string) => PollsBefore | undefined;
}

/**
 * Polls each account when it is due, so many at once. An account is polled by one poll at a time, and its next one is due
 * an interval after the last one ended: whoever hangs or fails delays nobody else.
 */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #places: Places;
  #entries = new Map<string, Entry>();
  readonly #running = new Set<Promise<void>>();
  #wake = new AbortController();
  #broken: { readonly thrown: unknown } | undefined;

  constructor(parts: SchedulerParts, limits: Limits) {
    this.#parts = parts;
    this.#places = new Places(limits, parts.clock);
  }

  /** These accounts and limits from now on. A poll that runs ends as it began. */
  update(accounts: readonly ScheduledAccount[], limits: Limits): void {
    this.#places.resize(limits);
    const now = this.#parts.clock.now();
    const random = this.#parts.random;
    this.#entries = new Map(
      accounts.map((account) => {
        const known = this.#entries.get(account.name);
        if (known === undefined) return [account.name, new Entry(account, now, random)];
        known.become(account, now);
        return [account.name, known];
      }),
    );
    this.#wake.abort();
  }

  /** Every account is due now, unless the server or a pause forbid it. */
  pollNow(): void {
    for (const entry of this.#entries.values()) entry.hurry(this.#parts.clock.now());
    this.#wake.abort();
  }

  /** Resolves when `stop` has fired and the polls under way have ended. */
  async run(signals: EndSignals): Promise<void> {
    const { stop } = signals;
    const wake = () => this.#wake.abort();
    stop.addEventListener('abort', wake);
    while (!stop.aborted && this.#broken === undefined) {
      // Before anything can ask for a look at the entries again.
      this.#wake = new AbortController();
      this.#startDue(signals);
      await this.#parts.clock.wait(this.#untilNext(), this.#wake.signal);
    }
    stop.removeEventListener('abort', wake);
    await Promise.all(this.#running);
    if (this.#broken) throw this.#broken.thrown;
  }

  #startDue(signals: EndSignals): void {
    const now = this.#parts.clock.now();
    const due = [...this.#entries.values()].filter((entry) => entry.isDue(now));
    for (const entry of due.sort((one, other) => one.dueAt - other.dueAt)) {
      entry.learn(this.#parts.before(entry.account.name), now);
      if (!entry.isDue(now)) continue;
      const running = this.#pollAndWake(entry, signals).finally(() =>
        this.#running.delete(running),
      );
      this.#running.add(running);
    }
  }

  /** Never rejects. */
  async #pollAndWake(entry: Entry, signals: EndSignals): Promise<void> {
    try {
      await this.#poll(entry, signals);
    } catch (thrown) {
      this.#broken = { thrown };
    }
    this.#wake.abort();
  }

  async #poll(entry: Entry, signals: EndSignals): Promise<void> {
    const { clock, poll, random } = this.#parts;
    const { name } = entry.account;
    entry.busy = true;
    let hasTold = false;
    const candidate = { host: entry.account.host, doubtful: entry.failures > 0 };
    try {
      await this.#places.take(candidate, async (place) => {
        if (signals.stop.aborted || this.#entries.get(name) !== entry) return;
        entry.hasBegun();
        const ended = (end: PollEnd) => {
          hasTold = true;
          return entry.ended(end, clock.now(), random());
        };
        await withDeadline(signals, clock, (own) => poll(name, { signals: own, place, ended }));
      });
    } finally {
      entry.busy = false;
      // A poll that did not tell how it ended is not repeated at once.
      if (!hasTold) entry.skip(clock.now(), random());
    }
  }

  #untilNext(): number {
    const now = this.#parts.clock.now();
    const waiting = [...this.#entries.values()].filter(({ busy }) => !busy);
    return waiting.reduce((least, { dueAt }) => Math.min(least, dueAt - now), longestWait);
  }
}

/** ms. */
const sameMoment = 1000;

/** Timers of Node.js take no more than 2^31 ms. */
const longestWait = 24 * 3_600_000;

class Entry {
  account: ScheduledAccount;
  dueAt: number;
  busy = false;
  failures: number;
  #refusals: number;
  #endedAt: number | undefined;
  #demanded: number;
  #again = false;

  constructor(account: ScheduledAccount, now: number, random: () => number) {
    const { before } = account;
    this.account = account;
    this.failures = before?.failures ?? 0;
    this.#refusals = before?.refusals ?? 0;
    this.#demanded = before?.atLeast ?? 0;
    this.#endedAt = before === undefined ? undefined : now - Math.max(before.ago, 0);
    this.dueAt =
      this.#endedAt === undefined ? now : Math.max(now, this.#nextAt(this.#endedAt, random()));
  }

  become(account: ScheduledAccount, now: number): void {
    const isChanged = account.settings !== this.account.settings;
    this.account = account;
    if (!isChanged) return;
    this.failures = 0;
    this.#refusals = 0;
    this.hurry(now);
  }

  /** Where somebody else polled it since, that one counts for what server and pause allow. */
  learn(before: PollsBefore | undefined, now: number): void {
    // On record is the other clock's time, a moment after ours. In the future: that clock was set back.
    if (before === undefined || before.ago < 0) return;
    const endedAt = now - before.ago;
    if (this.#endedAt !== undefined && endedAt <= this.#endedAt + sameMoment) return;
    this.#endedAt = endedAt;
    this.failures = before.failures;
    this.#refusals = before.refusals;
    this.#demanded = before.atLeast ?? 0;
    this.dueAt = Math.max(this.dueAt, this.#soonest(endedAt));
  }

  isDue(now: number): boolean {
    return !this.busy && this.dueAt <= now;
  }

  /** Its turn has come: whoever was in a hurry until now is served. */
  hasBegun(): void {
    this.#again = false;
  }

  /** A poll under way may have looked already: then it is followed by another one. */
  hurry(now: number): void {
    this.#again = this.busy;
    if (this.#endedAt === undefined) return;
    this.dueAt = Math.min(this.dueAt, Math.max(now, this.#soonest(this.#endedAt)));
  }

  /** Returns the ms until the next poll. */
  ended({ code, loggedIn, atLeast }: PollEnd, now: number, random: number): number {
    this.failures = failuresAfter(this.failures, code);
    this.#refusals = refusalsAfter(this.#refusals, { code, loggedIn });
    // Who logged in and heard of no LOGIN-DELAY need not mind an earlier one any longer.
    this.#demanded = atLeast ?? (loggedIn ? 0 : this.#demanded);
    this.skip(now, random);
    return this.dueAt - now;
  }

  skip(now: number, random: number): void {
    this.#endedAt = now;
    this.dueAt = this.#nextAt(now, random);
    if (!this.#again) return;
    this.#again = false;
    this.dueAt = Math.min(this.dueAt, this.#soonest(now));
  }

  #nextAt(endedAt: number, random: number): number {
    const pace = { every: this.account.every, atLeast: this.#atLeast };
    const course: Course = { endedAt, failures: this.failures, refusals: this.#refusals };
    return nextPollAt(pace, course, random);
  }

  /** What server and pause allow, whoever is in a hurry. */
  #soonest(endedAt: number): number {
    const pause = isPaused(this.#refusals) ? longestBackOff : 0;
    return endedAt + Math.max(this.#atLeast, pause);
  }

  get #atLeast(): number {
    return Math.max(this.account.atLeast, this.#demanded);
  }
}
