import { asFailure } from '../errors.ts';
import type { Emit } from '../events.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import { forecast } from './forecast.ts';
import { foreseen } from './meeting.ts';
import { type LeftAlone, type Plan, planPoll } from './plan.ts';
import type { PollAccount, PollContext, PollResult } from './poll.ts';
import { listed } from './prepare.ts';
import { Tally } from './tally.ts';

/** A maildrop that is looked at: what it holds, and what a poll would do. */
export interface Looked {
  readonly session: SourceSession;
  readonly listing: Listing;
  readonly plan: Plan;
}

/**
 * Goes as far as a poll's plan and lets `at` look, then quits. Nothing is locked, retrieved, stored or deleted. Never
 * throws: what went wrong, in `at` too, is in the result.
 */
export async function look(
  account: PollAccount,
  context: PollContext,
  at: (looked: Looked) => Promise<void> | void,
): Promise<PollResult> {
  const tally = new Tally();
  try {
    context.emit({ type: 'account.start', account: account.name, ...account.source.address });
    await using store = await account.openStore('dry-run');
    await using session = await openSession(account, context, context.signal);
    const listing = await listed(session, store);
    const destination = account.destination(store.id);
    const { known, policy } = await foreseen({ account, store, destination }, session, listing);
    const { now } = context;
    const plan =
      known === store
        ? await forecast(listing, { session, store, policy, now })
        : planPoll(listing, known, policy, now());
    report(account, context.emit, listing, plan, tally);
    await at({ session, listing, plan });
    await session.quit();
    return { counts: tally.counts() };
  } catch (thrown) {
    return { counts: tally.counts(), failure: asFailure(thrown) };
  }
}

/** Tells for each message what a poll would do, and why. */
export function dryRun(account: PollAccount, context: PollContext): Promise<PollResult> {
  return look(account, context, ({ plan }) => announcePlan(account, context.emit, plan));
}

/** Connects, logs in, and tells of it. */
export function openSession(
  account: PollAccount,
  { emit, line }: PollContext,
  signal: AbortSignal,
): Promise<SourceSession> {
  return account.source.open({
    signal,
    line,
    onPhase: (phase) => emit({ type: 'account.phase', account: account.name, phase }),
    onTranscript: (direction, line) =>
      emit({ type: 'transcript', account: account.name, direction, line }),
  });
}

/** Tells what the maildrop holds and what of it is new. */
export function report(
  account: PollAccount,
  emit: Emit,
  listing: Listing,
  plan: Plan,
  tally: Tally,
): void {
  tally.onServer = Math.max(listing.count, listing.messages.length);
  tally.onServerSize = listing.size;
  tally.wanted = tally.new + plan.retrieve.length;
  emit({
    type: 'account.list',
    account: account.name,
    messages: tally.onServer,
    size: listing.size,
    new: plan.retrieve.length + plan.leave.filter(isNew).length,
    newSize: plan.retrieve.reduce((sum, { size }) => sum + size, 0),
  });
}

/** What is in quarantine is here, though not where it was to be. */
function isNew({ because }: LeftAlone): boolean {
  return because !== 'quarantined';
}

function announcePlan({ name, destinationLabel }: PollAccount, emit: Emit, plan: Plan): void {
  const tell = (
    action: 'would_deliver' | 'would_delete' | 'would_skip',
    { uid, number, size }: { uid: string; number: number; size: number },
    reason: string,
  ) => {
    const to = action === 'would_deliver' ? { destination: destinationLabel } : {};
    emit({ type: 'message', account: name, action, uid, number, size, reason, ...to });
  };
  for (const ref of plan.retrieve) tell('would_deliver', ref, 'new');
  for (const { ref, because } of plan.leave) tell('would_skip', ref, because);
  for (const { ref, because } of plan.delete) tell('would_delete', ref, because);
  if (plan.onceDelivered === 'delete')
    for (const ref of plan.retrieve) tell('would_delete', ref, 'delivered');
}
