import type { Destination } from '../destination/destination.ts';
import { asFailure, Failure } from '../errors.ts';
import { fingerprinted } from '../mail/fingerprint.ts';
import type { Envelope, MessageRef, RetrievedMessage } from '../mail/message.ts';
import { isShort } from '../mail/short.ts';
import type { Retrieval, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { Batches } from './batches.ts';
import { refusedEvent, storedEvent } from './message-events.ts';
import { shortNotice } from './notices.ts';
import type { Plan } from './plan.ts';
import type { PollAccount, PollContext } from './poll.ts';
import { reasonForQuarantine, refusalOf } from './quarantine.ts';
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
}

/** Retrieves what the plan says, delivers it, and settles it batch by batch. */
export class Retrieving {
  readonly #parts: RetrievingParts;
  readonly #stop = new AbortController();
  readonly #batches: Batches;
  /** Accepted, but what follows it on the wire has not been seen yet: its terminator may be a forgery. */
  #unconfirmed: Accepted | undefined;
  /** Those from the first short one on: its end may be no end, and what follows it a forgery (CVE-2001-0996). */
  readonly #doubted: Accepted[] = [];
  #envelope: Envelope | undefined;
  #failure: Failure | undefined;
  readonly #undelivered = new Undelivered();
  #refused = 0;
  /** A message came over the wire and is not stored. */
  #lost = false;
  #lineIsGood = true;
  readonly #recognised: Same[] = [];
  readonly #short: string[] = [];
  #torn: MessageRef | undefined;

  constructor(parts: RetrievingParts) {
    this.#parts = parts;
    const { destination, store, session, plan, context, drop } = parts;
    const { onceDelivered } = plan;
    const { now } = context;
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
        const confirmed = this.#confirm();
        if (confirmed !== undefined) await confirmed;
        await this.#take(retrieval);
      }
      await this.#confirm();
      await this.#believe();
      this.#refusedThroughout();
    } catch (thrown) {
      await this.#interrupted(asFailure(thrown));
    }
    await this.#batches.finish().catch((thrown: unknown) => {
      // A batch that was not settled is the cause of whatever else went wrong after it.
      this.#failure = asFailure(thrown);
      this.#lineIsGood = false;
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
    };
  }

  async #take(retrieval: Retrieval): Promise<void> {
    const { account, context, tally } = this.#parts;
    if (retrieval.kind === 'refused') {
      tally.skipped++;
      this.#refused++;
      const { uid, number, size } = retrieval.ref;
      const { serverSaid: reason, failure } = retrieval;
      const { name } = account;
      if (failure !== undefined) this.#undelivered.add(failure);
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
    const { destination } = this.#parts;
    const { ref } = message;
    const envelope = this.#envelopeFor(ref);
    const { rejected: quarantined } = envelope;
    try {
      const { content, print, octets } = fingerprinted(message.content);
      const delivery = await destination.accept({ ref, content }, envelope);
      const accepted = { ref, delivery, print: print(), octets: octets() };
      this.#unconfirmed = quarantined === undefined ? accepted : { ...accepted, quarantined };
    } catch (thrown) {
      const failure = asFailure(thrown);
      // The wire's failures come through `accept` too, because it pulls the content.
      if (failure.nature.origin === 'wire') throw failure;
      this.#failed(message.ref, failure);
    }
  }

  #envelopeFor({ uid }: MessageRef): Envelope {
    const { account, store } = this.#parts;
    const envelope = this.#envelopeOfNow();
    const rejected =
      account.onReject === 'quarantine' ? reasonForQuarantine(uid, store) : undefined;
    if (rejected !== undefined) return { ...envelope, rejected };
    const already = store.partsOf(uid);
    return already.length === 0 ? envelope : { ...envelope, already };
  }

  /** The same for messages of the same second: dates in trace lines and file names know no less. */
  #envelopeOfNow(): Envelope {
    const { account, context } = this.#parts;
    const now = context.now();
    const second = now - (now % 1000);
    if (this.#envelope?.receivedAt.getTime() !== second)
      this.#envelope = { ...account.envelope, receivedAt: new Date(second) };
    return this.#envelope;
  }

  /** Refused for good: how often is on record, before anybody is told. */
  async #recordRefusal({ uid }: MessageRef, failure: Failure): Promise<void> {
    const { store, context } = this.#parts;
    const why = refusalOf(failure);
    if (why !== undefined) await store.attempted([uid], why, context.now());
  }

  /** Undefined: nothing to wait for, as with nearly every message. */
  #confirm(): Promise<void> | undefined {
    const accepted = this.#unconfirmed;
    this.#unconfirmed = undefined;
    if (accepted === undefined) return undefined;
    if (this.#doubted.length > 0 || isDoubtful(accepted)) {
      this.#doubted.push(accepted);
      return undefined;
    }
    return this.#keep(accepted);
  }

  /** The session came to its end without a contradiction, so what was doubted is what the server meant. */
  async #believe(): Promise<void> {
    for (const accepted of this.#doubted.splice(0)) await this.#keep(accepted);
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
    if (failure.code === 'protocol') await this.#disbelieve();
    try {
      await this.#confirm();
      await this.#believe();
    } catch {
      // What broke the batches is reported by `finish`.
    }
  }

  /** The first of these broke the session; the others may be pieces of it. */
  async #disbelieve(): Promise<void> {
    const last = this.#unconfirmed === undefined ? [] : [this.#unconfirmed];
    const [first, ...behind] = [...this.#doubted.splice(0), ...last];
    this.#unconfirmed = undefined;
    if (first === undefined) return;
    for (const { delivery } of [first, ...behind]) await this.#parts.destination.abort(delivery);
    this.#torn = first.ref;
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

function isDoubtful({ ref, octets }: Accepted): boolean {
  return octets !== undefined && isShort(ref, octets);
}
