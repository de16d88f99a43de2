import pLimit from 'p-limit';
import type { Clock } from './clock.ts';
import { Place } from './place.ts';

export interface Limits {
  /** Polls at once. */
  readonly jobs: number;
  /** Of those, to one host. */
  readonly perHost: number;
}

/** Who wants a place. */
export interface Candidate {
  /** Host whose session limit it counts against. */
  readonly host: string;
  /** Its last poll failed: it may well sit on its place until it times out. */
  readonly doubtful?: boolean;
}

/**
 * Places for polls: so many at once, and so many at once of one host. An account waiting for its host holds no place that
 * another could use; those in doubt never hold more than half of the places; and a place whose poll merely waits for a
 * silent server is lent to the next one, as long as it does.
 */
export class Places {
  readonly #clock: Clock;
  readonly #any: Limit;
  readonly #doubtful: Limit;
  readonly #hosts = new Map<string, Limit>();
  readonly #taken = new Map<Place, Candidate>();
  #limits: Limits;
  #looking: AbortController | undefined;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#any = pLimit(limits.jobs);
    this.#doubtful = pLimit(halfOf(limits.jobs));
  }

  /** Runs it when there is a place. Those who wait come in order. */
  take<Outcome>(candidate: Candidate, run: (place: Place) => Promise<Outcome>): Promise<Outcome> {
    const { host, doubtful = false } = candidate;
    const seated = () => this.#wait(this.#any, () => this.#seated(candidate, run));
    return this.#ofHost(host)(() => (doubtful ? this.#wait(this.#doubtful, seated) : seated()));
  }

  /** Other limits from now on; who has a place already keeps it. */
  resize(limits: Limits): void {
    this.#limits = limits;
    for (const limit of this.#hosts.values()) limit.concurrency = limits.perHost;
    this.#lend();
  }

  #wait<Outcome>(limit: Limit, run: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = limit(run);
    this.#watch();
    return outcome;
  }

  async #seated<Outcome>(
    candidate: Candidate,
    run: (place: Place) => Promise<Outcome>,
  ): Promise<Outcome> {
    const owner = { waits: () => this.#watch(), goesOn: () => this.#lend() };
    const place = new Place(this.#clock, owner);
    this.#taken.set(place, candidate);
    try {
      return await run(place);
    } finally {
      this.#taken.delete(place);
      this.#lend();
      if (this.#taken.size === 0) this.#looking?.abort();
    }
  }

  /** Who waits for a place gets that of somebody idle. */
  #lend(): void {
    const idle = [...this.#taken].flatMap(([place, candidate]) => (place.isIdle ? candidate : []));
    const ofDoubtful = idle.filter(({ doubtful }) => doubtful === true).length;
    const { jobs } = this.#limits;
    this.#any.concurrency = jobs + Math.min(idle.length, mostLent);
    this.#doubtful.concurrency = halfOf(jobs) + Math.min(ofDoubtful, mostLent);
  }

  /** As long as somebody wants a place: looks when the next of those who hold one may be idle. */
  #watch(): void {
    if (this.#looking !== undefined || !this.#isWanted) return;
    const moments = [...this.#taken.keys()].flatMap(({ idleAt }) => idleAt ?? []);
    if (moments.length === 0) return;
    this.#looking = new AbortController();
    void this.#lookLater(Math.min(...moments) - this.#clock.now(), this.#looking.signal);
  }

  /** Never rejects. */
  async #lookLater(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.wait(ms, signal);
    this.#looking = undefined;
    for (const place of this.#taken.keys()) place.look();
    this.#lend();
    this.#watch();
  }

  get #isWanted(): boolean {
    return this.#any.pendingCount + this.#doubtful.pendingCount > 0;
  }

  #ofHost(host: string): Limit {
    const limit = this.#hosts.get(host) ?? pLimit(this.#limits.perHost);
    this.#hosts.set(host, limit);
    return limit;
  }
}

type Limit = ReturnType<typeof pLimit>;

/** Places that are lent at most: when the line is back, all those whose servers were silent go on at once. */
const mostLent = 8;

function halfOf(jobs: number): number {
  return Math.max(1, Math.floor(jobs / 2));
}
