import type { Destination } from '../destination/destination.ts';
import { asFailure, Failure } from '../errors.ts';
import type { Emit, PollCounts } from '../events.ts';
import type { Envelope } from '../mail/message.ts';
import type { Listing, MailSource, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { openSession, report } from './look.ts';
import { type PollPolicy, planPoll } from './plan.ts';
import { Retrieving } from './retrieving.ts';
import { recover } from './settle.ts';
import { Tally } from './tally.ts';

/** One account as a poll needs it. */
export interface PollAccount {
  readonly name: string;
  readonly source: MailSource;
  /** For people: `~/Maildir/`. */
  readonly destinationLabel: string;
  /** Where its mail goes; the seen list's id marks files on their way as ours. */
  readonly destination: (storeId: string) => Destination;
  /** Takes the account's lock and reads its seen list; a dry run takes no lock and writes nothing. */
  readonly openStore: (use: 'poll' | 'dry-run') => Promise<SeenStore>;
  readonly policy: PollPolicy;
  readonly envelope: Omit<Envelope, 'receivedAt'>;
}

export interface PollContext {
  readonly emit: Emit;
  /** Fires when the poll should come to an orderly end: finish what is on its way, settle, QUIT. */
  readonly stop: AbortSignal;
  /** Fires when it must end now. */
  readonly signal: AbortSignal;
  /** ms since 1970. */
  readonly now: () => number;
}

export interface PollResult {
  readonly counts: PollCounts;
  readonly failure?: Failure;
  /** Seconds that the server wants between two logins (LOGIN-DELAY), where it said so. */
  readonly minimumInterval?: number;
}

/**
 * One account's run: lock, recover, list, plan, retrieve and settle, quit. Never throws: what went wrong is in the
 * result, with everything that was achieved before it.
 */
export async function poll(account: PollAccount, context: PollContext): Promise<PollResult> {
  const tally = new Tally();
  try {
    context.emit({ type: 'account.start', account: account.name, ...account.source.address });
    await using store = await account.openStore('poll');
    const destination = account.destination(store.id);
    await destination.prepare();
    await recover(destination, store, context.now);
    await pollMaildrop(account, { store, destination }, context, tally);
    return tally.result();
  } catch (thrown) {
    return { ...tally.result(), failure: asFailure(thrown) };
  }
}

async function pollMaildrop(
  account: PollAccount,
  { store, destination }: { readonly store: SeenStore; readonly destination: Destination },
  context: PollContext,
  tally: Tally,
): Promise<void> {
  const drop = new AbortController();
  await using session = await openSession(
    account,
    context,
    AbortSignal.any([context.signal, drop.signal]),
  );
  const listing = await session.list();
  tally.minimumInterval = session.loginDelay;
  const plan = planPoll(listing, store, account.policy);
  report(account, context.emit, listing, plan, tally);
  for (const { ref, because } of plan.leave) {
    tally.skipped++;
    const { uid, number, size } = ref;
    const { name } = account;
    const { emit } = context;
    emit({ type: 'message', account: name, action: 'skipped', uid, number, size, reason: because });
  }

  const retrieving = new Retrieving({
    account,
    destination,
    store,
    session,
    plan,
    context,
    tally,
    drop,
  });
  const { failure, mayQuit } = await retrieving.run();
  if (failure && !mayQuit) throw failure;
  for (const { ref } of plan.delete) session.delete(ref);
  await quit(account, session, context.emit, tally);
  if (listing.complete) await store.reconcile(uidsOf(listing), context.now());
  if (failure) throw failure;
  if (context.stop.aborted) throw new Failure('interrupted', 'stopped before all was retrieved');
}

/** QUIT is part of success: only when it was answered have deletions happened. */
async function quit(
  { name: account }: PollAccount,
  session: SourceSession,
  emit: Emit,
  tally: Tally,
): Promise<void> {
  const { deleted, refused } = await session.quit();
  tally.deleted = deleted.length;
  if (tally.onServer !== undefined) tally.onServer -= deleted.length;
  for (const { uid, number, size } of deleted)
    emit({
      type: 'message',
      account,
      action: 'deleted',
      uid,
      number,
      size,
      reason: 'delivered',
    });
  const [first] = refused;
  if (first) {
    const message = `the server refused to delete ${refused.length} messages`;
    throw new Failure('delete_refused', message, { phase: 'dele', serverSaid: first.serverSaid });
  }
}

function uidsOf(listing: Listing): ReadonlySet<string> {
  return new Set(listing.messages.map(({ uid }) => uid));
}
