import type { Destination } from '../destination/destination.ts';
import { asFailure, Failure } from '../errors.ts';
import type { MessageRef, RetrievedMessage } from '../mail/message.ts';
import type { Retrieval, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { Batches } from './batches.ts';
import type { Plan } from './plan.ts';
import type { PollAccount, PollContext } from './poll.ts';
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
  readonly context: PollContext;
  readonly tally: Tally;
  /** Drops the line when what was retrieved cannot be put on record. */
  readonly drop: AbortController;
}

export interface RetrievingOutcome {
  readonly failure: Failure | undefined;
  /** Whether the session may end with QUIT, so that deletions count. */
  readonly mayQuit: boolean;
}

/** Retrieves what the plan says, delivers it, and settles it batch by batch. */
export class Retrieving {
  readonly #parts: RetrievingParts;
  readonly #stop = new AbortController();
  readonly #batches: Batches;
  /** Accepted, but what follows it on the wire has not been seen yet: its terminator may be a forgery. */
  #unconfirmed: Accepted | undefined;
  #failure: Failure | undefined;
  readonly #undelivered = new Undelivered();
  #refused = 0;
  /** A message came over the wire and is not stored. */
  #lost = false;
  #lineIsGood = true;

  constructor(parts: RetrievingParts) {
    this.#parts = parts;
    const { destination, store, session, plan, context, drop } = parts;
    const { onceDelivered } = plan;
    const { now } = context;
    this.#batches = new Batches({
      settle: (batch) => settle(batch, { destination, store, session, onceDelivered, now }),
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
        await this.#confirm();
        await this.#take(retrieval);
      }
      await this.#confirm();
      this.#refusedThroughout();
    } catch (thrown) {
      await this.#interrupted(asFailure(thrown));
    }
    await this.#batches.finish().catch((thrown: unknown) => {
      // A batch that was not settled is the cause of whatever else went wrong after it.
      this.#failure = asFailure(thrown);
      this.#lineIsGood = false;
    });
    const mayQuit = this.#lineIsGood && !(this.#lost && session.retrievalRemoves);
    return { failure: this.#failure ?? this.#undelivered.worst(), mayQuit };
  }

  async #take(retrieval: Retrieval): Promise<void> {
    const { account, context, tally } = this.#parts;
    if (retrieval.kind === 'refused') {
      tally.skipped++;
      this.#refused++;
      const { uid, number, size } = retrieval.ref;
      const reason = retrieval.serverSaid;
      const { name } = account;
      context.emit({
        type: 'message',
        account: name,
        action: 'skipped',
        uid,
        number,
        size,
        reason,
      });
      return;
    }
    if (this.#stop.signal.aborted) {
      this.#lost = true;
      return;
    }
    if (retrieval.ref.size >= longMessage) this.#batches.flush();
    await this.#accept(retrieval);
  }

  async #accept(message: RetrievedMessage): Promise<void> {
    const { account, destination, context } = this.#parts;
    const envelope = { ...account.envelope, receivedAt: new Date(context.now()) };
    try {
      const delivery = await destination.accept(message, envelope);
      this.#unconfirmed = { ref: message.ref, delivery };
    } catch (thrown) {
      const failure = asFailure(thrown);
      // The wire's failures come through `accept` too, because it pulls the content.
      if (failure.nature.origin === 'wire') throw failure;
      this.#failed(message.ref, failure);
    }
  }

  async #confirm(): Promise<void> {
    const accepted = this.#unconfirmed;
    this.#unconfirmed = undefined;
    if (accepted) await this.#batches.add(accepted);
  }

  /** The iteration ended early. */
  async #interrupted(failure: Failure): Promise<void> {
    this.#failure ??= this.#undelivered.worst() ?? failure;
    this.#lineIsGood = false;
    if (failure.code === 'protocol' && this.#unconfirmed) {
      await this.#parts.destination.abort(this.#unconfirmed.delivery);
      this.#unconfirmed = undefined;
    }
    // What broke the batches is reported by `finish`.
    await this.#confirm().catch(() => undefined);
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
    const { uid, number, size } = ref;
    const { label } = destination;
    const { output, path, reason = failure.message } = failure.facts;
    context.emit({
      type: 'message',
      account: account.name,
      action: failure.nature.temporary ? 'skipped' : 'rejected',
      uid,
      number,
      size,
      destination: label,
      reason: path === undefined ? `${label} ${reason}` : failure.message,
      ...(output === undefined ? {} : { output }),
    });
  }

  #settled({ delivered, failed }: Settled): void {
    const { account, destination, context, tally } = this.#parts;
    for (const { ref, delivery } of delivered) {
      tally.new++;
      tally.bytes += delivery.size;
      const { uid, number, size } = ref;
      const { sha256, messageId } = delivery;
      const path = destination.pathOf(delivery);
      context.emit({
        type: 'message',
        account: account.name,
        action: 'delivered',
        uid,
        number,
        size,
        destination: destination.label,
        sha256,
        ...(path === undefined ? {} : { path }),
        ...(messageId === undefined ? {} : { messageId }),
      });
    }
    for (const { accepted, failure } of failed) this.#failed(accepted.ref, failure);
  }
}
