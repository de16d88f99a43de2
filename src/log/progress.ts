import type { Phase } from '../errors.ts';
import type { PopfetchEvent } from '../events.ts';

/** How far one account is. Times are ms of any clock that only goes forward. */
export interface AccountProgress {
  readonly account: string;
  readonly host: string;
  readonly phase: Phase;
  /** When the messages began to come; undefined before. */
  readonly since: number | undefined;
  /** New messages that have come, and those that are to come with them. */
  readonly messages: number;
  readonly wanted: number;
  /** Octets of those, the part of the next one that is here already included. */
  readonly octets: number;
  readonly wantedOctets: number;
}

type Tally = { -readonly [Key in keyof AccountProgress]: AccountProgress[Key] } & {
  /** Octets that came and are in no message yet that has come. */
  coming: number;
};

/** Counts what happens; whoever shows it looks when it is time to. A message costs a few additions. */
export class Progress {
  readonly #now: () => number;
  readonly #active = new Map<string, Tally>();
  readonly #done = new Set<string>();
  #accounts = 0;
  #messages = 0;
  #octets = 0;
  #activeSince: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(event: PopfetchEvent): void {
    if (event.type === 'message') this.#message(event);
    else if (event.type === 'run.start' || event.type === 'run.reload')
      this.#accounts = event.accounts.length;
    else if (event.type === 'account.start') this.#begin(event.account, event.host);
    else if (event.type === 'account.phase') this.#enter(event.account, event.phase);
    else if (event.type === 'account.list') this.#list(event);
    else if (event.type === 'account.end') this.#end(event.account);
  }

  /** So many octets came over an account's line. */
  received(account: string, octets: number): void {
    const tally = this.#active.get(account);
    if (tally !== undefined) tally.coming += octets;
  }

  /** In the order in which they began. */
  get active(): readonly AccountProgress[] {
    return Array.from(this.#active.values(), withComing);
  }

  /** Since when there has always been one at work. */
  get activeSince(): number | undefined {
    return this.#activeSince;
  }

  get total() {
    const [accounts, done] = [this.#accounts, this.#done.size];
    return { accounts, done, messages: this.#messages, octets: this.#octets };
  }

  #begin(account: string, host: string): void {
    this.#done.delete(account);
    this.#activeSince ??= this.#now();
    this.#active.set(account, {
      account,
      host,
      phase: 'connect',
      since: undefined,
      messages: 0,
      wanted: 0,
      octets: 0,
      wantedOctets: 0,
      coming: 0,
    });
  }

  #end(account: string): void {
    this.#active.delete(account);
    this.#done.add(account);
    if (this.#active.size === 0) this.#activeSince = undefined;
  }

  #enter(account: string, phase: Phase): void {
    const tally = this.#active.get(account);
    if (tally !== undefined) tally.phase = phase;
  }

  /** A maildrop may be fetched in several sessions, each with a list of its own. */
  #list(event: Extract<PopfetchEvent, { type: 'account.list' }>): void {
    const tally = this.#active.get(event.account);
    if (tally === undefined) return;
    tally.phase = 'list';
    tally.since ??= this.#now();
    tally.wanted = tally.messages + event.new;
    tally.wantedOctets = tally.octets + event.newSize;
    tally.coming = 0;
  }

  #message({ account, action, size }: Extract<PopfetchEvent, { type: 'message' }>): void {
    const tally = this.#active.get(account);
    if (tally === undefined) return;
    if (action !== 'skipped') tally.coming = Math.max(tally.coming - size - replyOctets, 0);
    if (action === 'delivered') {
      tally.messages += 1;
      tally.octets += size;
      this.#messages += 1;
      this.#octets += size;
    } else if (action === 'skipped' || action === 'rejected' || action === 'quarantined') {
      // It is new, but does not come.
      tally.wanted -= 1;
      tally.wantedOctets -= size;
    }
  }
}

/** What comes with a message: `+OK 4300 octets` before it, a dot behind it. */
const replyOctets = 25;

/** What a server says beside its messages makes no more of them than there are. */
function withComing({ coming, ...tally }: Tally): AccountProgress {
  const { octets, wantedOctets } = tally;
  return { ...tally, octets: Math.max(octets, Math.min(octets + coming, wantedOctets)) };
}
