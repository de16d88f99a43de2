import type { Destination } from '../destination/destination.ts';
import { asFailure, Failure } from '../errors.ts';
import { fingerprinted } from '../mail/fingerprint.ts';
import type { MessageRef, RetrievedMessage } from '../mail/message.ts';
import type { Retrieval, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { Batches } from './batches.ts';
import { Confirmation } from './confirmation.ts';
import { Envelopes } from './envelopes.ts';
import { passedOverEvent, refusedEvent, storedEvent } from './message-events.ts';
import { shortNotice } from './notices.ts';
import type { Plan } from './plan.ts';
import type { PollAccount, PollContext } from './poll.ts';
import { refusalOf } from './quarantine.ts';
import type { Recogniser, Same } from './recogniser.ts';
import { type Accepted, type Settled, settle } from './settle.ts';
import type { Tally } from './tally.ts';
import { Undelivered } from './undelivered.ts';

/** Before a message of this many octets, what was accepted so far is settled. */
const longMessage = 4 * 2 ** 20;

export interface RetrievingParts {
  readonly account: PollAccount;
  readonly destination: Destination;
  readonly store: SeenStore;
  readonly session: SourceSession;
  readonly plan: Plan;
  /** Says what of it is stored already, where unique-ids do not. */
  readonly recogniser: Recogniser | undefined;
  readonly context: PollContext;
  readonly tally: Tally;
  /** Drops the line when what was retrieved cannot be put on record. */
  readonly drop: AbortController;
}

export interface RetrievingOutcome {
  readonly failure: Failure | undefined;
  /** Whether the session may end with QUIT, so that deletions count. */
  readonly mayQuit: boolean;
  /** Nothing of the plan was left out. */
  readonly isWhole: boolean;
  /** Stored already, and not delivered again; not on record yet. */
  readonly recognised: readonly Same[];
  /** The message that broke the session. */
  readonly torn: MessageRef | undefined;
  /** The message that was under way, or asked for, when the line failed. */
  readonly underWay: MessageRef | undefined;
}

/** Retrieves what the plan says, delivers it, and settles it batch by batch. */
export class Retrieving {
  readonly #parts: RetrievingParts;
  readonly #stop = new AbortController();
  readonly #batches: Batches;
  readonly #confirmation = new Confirmation((accepted) => this.#keep(accepted));
  readonly #envelopes: Envelopes;
  #failure: Failure | undefined;
  readonly #undelivered = new Undelivered();
  #refused = 0;
  /** A message came over the wire and is not stored. */
  #lost = false;
  #lineIsGood = true;
  readonly #recognised: Same[] = [];
  readonly #short: string[] = [];
  #torn: MessageRef | undefined;
  /** So many of the plan have come, or were refused. */
  #done = 0;
  #underWay: MessageRef | undefined;

  constructor(parts: RetrievingParts) {
    this.#parts = parts;
    const { account, destination, store, session, plan, context, drop } = parts;
    const { onceDelivered } = plan;
    const { now } = context;
    this.#envelopes = new Envelopes(account, store, now);
    this.#batches = new Batches({
      settle: async (batch) => {
        const settled = await settle(batch, { destination, store, session, onceDelivered, now });
        for (const { accepted, failure } of settled.failed)
          await this.#recordRefusal(accepted.ref, failure);
        return settled;
      },
      onSettled: (settled) => this.#settled(settled),
      onBroken: () => drop.abort(new Failure('interrupted', 'the last batch was not settled')),
      now,
    });
  }

  /** Resolves when all is settled that was accepted, whatever else went wrong. */
  async run(): Promise<RetrievingOutcome> {
    const { session, plan, context } = this.#parts;
    const stop = AbortSignal.any([context.stop, this.#stop.signal]);
    try {
      for await (const retrieval of session.retrieve(plan.retrieve, stop)) {
        const confirmed = this.#confirmation.followed();
        if (confirmed !== undefined) await confirmed;
        await this.#take(retrieval);
        this.#done++;
      }
      await this.#confirmation.believe();
      this.#refusedThroughout();
    } catch (thrown) {
      await this.#interrupted(asFailure(thrown));
    }
    await this.#batches.finish().catch((thrown: unknown) => {
      // A batch that was not settled is the cause of whatever else went wrong after it.
      this.#failure = asFailure(thrown);
      this.#lineIsGood = false;
      this.#underWay = undefined;
    });
    return this.#outcome();
  }

  #outcome(): RetrievingOutcome {
    const { account, context, session } = this.#parts;
    if (this.#short.length > 0)
      context.emit({ type: 'notice', account: account.name, text: shortNotice(this.#short) });
    const failure = this.#failure ?? this.#undelivered.worst();
    return {
      failure,
      mayQuit: this.#lineIsGood && !(this.#lost && session.retrievalRemoves),
      isWhole: failure === undefined && this.#refused === 0 && !context.stop.aborted,
      recognised: this.#recognised,
      torn: this.#torn,
      underWay: this.#underWay,
    };
  }

  async #take(retrieval: Retrieval): Promise<void> {
    if (retrieval.kind === 'refused') {
      this.#passOver(retrieval);
      return;
    }
    if (this.#stop.signal.aborted) {
      this.#lost = true;
      return;
    }
    if (retrieval.ref.size >= longMessage) this.#batches.flush();
    await this.#accept(retrieval);
  }

  /** The server does not hand out this one. */
  #passOver({ ref, serverSaid, failure }: Extract<Retrieval, { kind: 'refused' }>): void {
    const { account, context, tally } = this.#parts;
    tally.skipped++;
    this.#refused++;
    if (failure !== undefined) this.#undelivered.add(failure);
    context.emit(passedOverEvent(account.name, ref, serverSaid));
  }

  async #accept(message: RetrievedMessage): Promise<void> {
    const { destination } = this.#parts;
    const { ref } = message;
    const envelope = this.#envelopes.of(ref);
    const { rejected: quarantined } = envelope;
    const began = performance.now();
    try {
      const { content, print } = fingerprinted(message.content);
      const delivery = await destination.accept({ ref, content }, envelope);
      const accepted = { ref, delivery, print: print(), began };
      this.#confirmation.arrived(
        quarantined === undefined ? accepted : { ...accepted, quarantined },
        message.content.doubtedSince,
      );
    } catch (thrown) {
      const failure = asFailure(thrown);
      // The wire's failures come through `accept` too, because it pulls the content.
      if (failure.nature.origin === 'wire') throw failure;
      this.#failed(message.ref, failure);
    }
  }

  /** Refused for good: how often is on record, before anybody is told. */
  async #recordRefusal({ uid }: MessageRef, failure: Failure): Promise<void> {
    const { store, context } = this.#parts;
    const why = refusalOf(failure);
    if (why !== undefined) await store.attempted([uid], why, context.now());
  }

  #keep(accepted: Accepted): Promise<void> | undefined {
    if (this.#parts.recogniser === undefined) return this.#batches.add(accepted);
    return this.#isStored(accepted).then((isStored) =>
      isStored ? undefined : this.#batches.add(accepted),
    );
  }

  /** Whether it is one that was delivered under another unique-id; then it is taken back. */
  async #isStored({ ref, delivery, print }: Accepted): Promise<boolean> {
    const { recogniser, destination } = this.#parts;
    if (recogniser === undefined || print === undefined) return false;
    const as = recogniser.match({ uid: ref.uid, print, sha256: delivery.sha256 });
    if (as === undefined) return false;
    await destination.abort(delivery);
    this.#recognised.push({ ref, as });
    return true;
  }

  /** The iteration ended early. */
  async #interrupted(failure: Failure): Promise<void> {
    this.#failure ??= this.#undelivered.worst() ?? failure;
    this.#lineIsGood = false;
    const isLine = failure.code === 'timeout' || failure.code === 'connection_lost';
    if (isLine) this.#underWay = this.#parts.plan.retrieve[this.#done];
    await this.#disbelieve(failure.code === 'protocol');
    try {
      await this.#confirmation.believe();
    } catch {
      // What broke the batches is reported by `finish`.
    }
  }

  async #disbelieve(isOutOfStep: boolean): Promise<void> {
    const disbelieved = this.#confirmation.disbelieve(isOutOfStep);
    for (const { delivery } of disbelieved) await this.#parts.destination.abort(delivery);
    if (isOutOfStep) this.#torn = disbelieved[0]?.ref;
  }

  /** One message may have vanished; all of them have not. */
  #refusedThroughout(): void {
    if (this.#refused < 2 || this.#refused < this.#parts.plan.retrieve.length) return;
    const message = `the server refused to hand out any of ${this.#refused} messages`;
    this.#failure ??= new Failure('retrieve_refused', message, { phase: 'retr' });
  }

  /** One of ours: what reaches further than its message ends the retrieval in order. */
  #failed(ref: MessageRef, failure: Failure): void {
    const { account, destination, context } = this.#parts;
    this.#lost = true;
    this.#undelivered.add(failure);
    if (failure.nature.scope !== 'message') {
      this.#stop.abort();
      return;
    }
    context.emit(refusedEvent(account.name, destination, ref, failure));
  }

  #settled({ delivered, failed }: Settled): void {
    const { account, destination, context, tally } = this.#parts;
    for (const accepted of delivered) {
      const { ref, delivery, quarantined } = accepted;
      if (quarantined === undefined) {
        tally.new++;
        tally.bytes += delivery.size;
      } else tally.skipped++;
      if (delivery.size * 2 < ref.size) this.#short.push(ref.uid);
      context.emit(storedEvent(account.name, destination, accepted));
    }
    for (const { accepted, failure } of failed) this.#failed(accepted.ref, failure);
  }
}
