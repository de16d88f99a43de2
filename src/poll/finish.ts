import { Failure } from '../errors.ts';
import type { Listing, QuitOutcome, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { settledChurn } from './churn.ts';
import { recordsOf, settledMarks, withoutUniqueId } from './look-alikes.ts';
import { churnNotice } from './notices.ts';
import { dueDeletions } from './plan.ts';
import type { PollAccount, PollContext } from './poll.ts';
import type { Prepared } from './prepare.ts';
import type { PlannedDeletion } from './retention.ts';
import type { RetrievingOutcome } from './retrieving.ts';
import type { Tally } from './tally.ts';

interface Finishing {
  readonly account: PollAccount;
  readonly store: SeenStore;
  readonly context: PollContext;
  readonly tally: Tally;
}

/** Deletions, QUIT, and what is known only now that the session has ended well. */
export async function finish(
  parts: Finishing,
  session: SourceSession,
  listing: Listing,
  { plan, same, open, changed, suspects }: Prepared,
  { recognised, isWhole }: RetrievingOutcome,
): Promise<void> {
  const { account, context, store, tally } = parts;
  const stored = [...same, ...recognised].map(({ ref }) => ref);
  const due = dueDeletions(plan, store);
  const known = plan.onceDelivered === 'delete' ? stored : [];
  for (const ref of new Set([...due.map(({ ref }) => ref), ...known])) session.delete(ref);
  const { deleted, refused } = await quit(parts, session, due);
  const gone = new Set(deleted.map(({ uid }) => uid));
  // It has the unique-id of one that left, and was not compared yet: it has not come back.
  const isUnproven = (uid: string): boolean => suspects.has(uid) && store.isGone(uid);
  if (listing.complete) {
    const there = listing.messages.filter(({ uid }) => !gone.has(uid) && !isUnproven(uid));
    await store.reconcile(recordsOf(there, listing), context.now());
  }
  await store.forget([
    ...(refused.length === 0 ? withoutUniqueId(gone) : []),
    ...(isWhole ? settledMarks(open, plan) : []),
    ...(isWhole && isUsable(listing) ? settledChurn(plan, store) : []),
  ]);
  if (changed !== 'none' && stored.length > 0) {
    const text = churnNotice(stored.length, tally.new);
    context.emit({ type: 'notice', account: account.name, text });
  }
  refuseHalfDeleted(refused);
}

/** A listing that is empty or cut short by a glitch settles nothing. */
function isUsable({ complete, messages }: Listing): boolean {
  return complete && messages.length > 0;
}

/** QUIT is part of success: only when it was answered have deletions happened. */
async function quit(
  { account, context, tally }: Finishing,
  session: SourceSession,
  due: readonly PlannedDeletion[],
): Promise<QuitOutcome> {
  const reasons = new Map(due.map(({ ref, because }) => [ref.uid, because]));
  const outcome = await session.quit();
  tally.deleted += outcome.deleted.length;
  if (tally.onServer !== undefined) tally.onServer -= outcome.deleted.length;
  const gone = outcome.deleted.reduce((sum, { size }) => sum + size, 0);
  if (tally.onServerSize !== undefined) tally.onServerSize = Math.max(0, tally.onServerSize - gone);
  for (const { uid, number, size } of outcome.deleted)
    context.emit({
      type: 'message',
      account: account.name,
      action: 'deleted',
      uid,
      number,
      size,
      reason: reasons.get(uid) ?? 'delivered',
      ...(!reasons.has(uid) && { justStored: true }),
    });
  return outcome;
}

function refuseHalfDeleted(refused: QuitOutcome['refused']): void {
  const [first] = refused;
  if (first === undefined) return;
  const message = `the server refused to delete ${refused.length} messages`;
  throw new Failure('delete_refused', message, { phase: 'dele', serverSaid: first.serverSaid });
}
