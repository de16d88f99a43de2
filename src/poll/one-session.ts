import type { Destination } from '../destination/destination.ts';
import { Failure } from '../errors.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { interruption } from '../util/interruption.ts';
import { finish } from './finish.ts';
import { openSession } from './look.ts';
import type { Meeting } from './meeting.ts';
import type { Plan } from './plan.ts';
import type { PollAccount, PollContext } from './poll.ts';
import { listed, type Prepared, prepare } from './prepare.ts';
import { forQuarantine } from './quarantine.ts';
import { Retrieving, type RetrievingOutcome, type RetrievingParts } from './retrieving.ts';
import { type Ended, policyLeft } from './sessions.ts';
import type { Tally } from './tally.ts';
import { tellPlan } from './tell-plan.ts';
import { strike, tore } from './torn.ts';
import { unsureIn } from './unsure.ts';

/** A poll under way. */
export interface Polling {
  readonly account: PollAccount;
  readonly store: SeenStore;
  readonly destination: Destination;
  readonly context: PollContext;
  readonly tally: Tally;
  readonly meeting: Meeting;
  /** Unique-ids that were told to be left on the server. */
  readonly told: Set<string>;
}

export interface SessionEnd extends Ended {
  readonly failure: Failure | undefined;
  /** The message that broke it. */
  readonly torn: string | undefined;
  /** Messages that broke sessions before, and were not tried. */
  readonly left: readonly string[];
  /** Messages that may be delivered already, and were not tried. */
  readonly unsure: readonly string[];
}

/** One session: list, plan, retrieve and settle, quit. `only`: nothing but this message. */
export async function pollSession(parts: Polling, only: string | undefined): Promise<SessionEnd> {
  const { context, store, tally, meeting } = parts;
  const drop = new AbortController();
  const signal = AbortSignal.any([context.signal, drop.signal]);
  await using session = await openUnlessStopped(parts, signal, drop);
  const listing = await listedAndMet(session, parts);
  tally.minimumInterval = session.loginDelay;
  const before = { new: tally.new, deleted: tally.deleted };
  const prepared = await prepare(listing, {
    session,
    store,
    policy: policyLeft(meeting.policy, tally),
    now: context.now,
    only,
  });
  if (only === undefined) tellPlan(parts, session, listing, prepared);
  if (meeting.policy.fetch === 'marked') await markFirst(parts, prepared.plan);
  const outcome = await retrieve({ ...parts, ...prepared, session, drop });
  const torn = await recordTrouble(outcome, parts);
  if (torn === undefined && outcome.failure && !outcome.mayQuit) throw outcome.failure;
  if (outcome.mayQuit) await finish(parts, session, listing, prepared, outcome);
  const hasLeftSome = tally.new - before.new < prepared.plan.retrieve.length;
  if (context.stop.aborted && hasLeftSome && !outcome.failure)
    throw new Failure('interrupted', 'stopped before all was retrieved');
  const done = { delivered: tally.new - before.new, deleted: tally.deleted - before.deleted };
  return { ...endOf(session, listing, prepared, { ...outcome, torn }), ...done };
}

/** Who is told to stop before the login has nothing to finish, and need not wait for a dead server. */
async function openUnlessStopped(
  { account, context }: Polling,
  signal: AbortSignal,
  drop: AbortController,
): Promise<SourceSession> {
  const { stop } = context;
  const giveUp = (): void => drop.abort(interruption(stop));
  if (stop.aborted) giveUp();
  stop.addEventListener('abort', giveUp);
  try {
    return await openSession(account, context, signal);
  } finally {
    stop.removeEventListener('abort', giveUp);
  }
}

function endOf(
  { retrievalRemoves, loginDelay }: SourceSession,
  { messages }: Listing,
  { plan, torn: left }: Prepared,
  { failure, torn }: RetrievingOutcome,
): Omit<SessionEnd, 'delivered' | 'deleted'> {
  return {
    failure,
    hasFailed: failure !== undefined,
    torn: torn?.uid,
    wasTorn: torn !== undefined,
    left: left.map(({ uid }) => uid),
    unsure: unsureIn(plan),
    listed: messages.length,
    isLimited: plan.leave.some(({ because }) => because === 'over-limit'),
    retrievalRemoves,
    loginDelay,
  };
}

/** A seen list that was taken over may name messages otherwise than the listing before it. */
async function listedAndMet(session: SourceSession, { store, meeting }: Polling): Promise<Listing> {
  const listing = await listed(session, store);
  return (await meeting.begin(session, listing)) ? listed(session, store) : listing;
}

/** Before anything else may fail: what comes later is fetched, what is there is not. */
async function markFirst({ account, store, context }: Polling, plan: Plan): Promise<void> {
  const there = plan.leave.filter(({ because }) => because === 'first-contact');
  await store.mark(
    there.map(({ ref }) => ref.uid),
    context.now(),
  );
  await account.onFirstContact?.();
}

/** What was refused once too often comes over once more, into quarantine: the message itself is not kept until then. */
async function retrieve(parts: RetrievingParts): Promise<RetrievingOutcome> {
  const outcome = await new Retrieving(parts).run();
  const { account, context, plan, store } = parts;
  const isOver = !outcome.mayQuit || context.stop.aborted || account.onReject !== 'quarantine';
  if (isOver || (outcome.failure && outcome.failure.nature.scope !== 'message')) return outcome;
  const refused = forQuarantine(plan, store);
  if (refused.length === 0) return outcome;
  const aside = { ...plan, retrieve: refused };
  const again = await new Retrieving({ ...parts, recogniser: undefined, plan: aside }).run();
  const { mayQuit, torn, underWay } = again;
  return {
    ...outcome,
    mayQuit,
    torn,
    underWay,
    failure: mayQuit ? outcome.failure : again.failure,
  };
}

/** What the recogniser found goes on record, and that a message broke the session. Gives that message. */
async function recordTrouble(
  { recognised, torn, underWay }: RetrievingOutcome,
  { store, context }: Polling,
): Promise<MessageRef | undefined> {
  const fresh = recognised.filter(({ ref: { uid } }) => !store.has(uid) || store.isGone(uid));
  await store.recognise(fresh.map(({ ref, as }) => ({ uid: ref.uid, as })));
  if (torn !== undefined) await store.attempted([torn.uid], tore, context.now());
  if (torn !== undefined || underWay === undefined) return torn;
  const { why, isBlamed } = strike(underWay.uid, store);
  await store.attempted([underWay.uid], why, context.now());
  return isBlamed ? underWay : undefined;
}
