import pLimit from 'p-limit';

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
 * another could use, and those in doubt never hold more than half of the places.
 */
export class Places {
  readonly #any: Limit;
  readonly #doubtful: Limit;
  readonly #hosts = new Map<string, Limit>();
  #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#any = pLimit(limits.jobs);
    this.#doubtful = pLimit(halfOf(limits.jobs));
  }

  /** Runs it when there is a place. Those who wait come in order. */
  take<Outcome>(
    { host, doubtful = false }: Candidate,
    run: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const inHost = () => this.#ofHost(host)(() => this.#any(run));
    return doubtful ? this.#doubtful(inHost) : inHost();
  }

  /** Other limits from now on; who has a place already keeps it. */
  resize(limits: Limits): void {
    this.#limits = limits;
    this.#any.concurrency = limits.jobs;
    this.#doubtful.concurrency = halfOf(limits.jobs);
    for (const limit of this.#hosts.values()) limit.concurrency = limits.perHost;
  }

  #ofHost(host: string): Limit {
    const limit = this.#hosts.get(host) ?? pLimit(this.#limits.perHost);
    this.#hosts.set(host, limit);
    return limit;
  }
}

type Limit = ReturnType<typeof pLimit>;

function halfOf(jobs: number): number {
  return Math.max(1, Math.floor(jobs / 2));
}
