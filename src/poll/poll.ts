import type { Destination } from '../destination/destination.ts';
import { asFailure, Failure } from '../errors.ts';
import type { Emit, PollCounts } from '../events.ts';
import type { Envelope } from '../mail/message.ts';
import type {
  LineWatch,
  Listing,
  MailSource,
  QuitOutcome,
  SourceSession,
} from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import type { FirstContact } from './acquaintance.ts';
import { settledChurn } from './churn.ts';
import { openSession } from './look.ts';
import { recordsOf, settledMarks, withoutUniqueId } from './look-alikes.ts';
import { Meeting } from './meeting.ts';
import { churnNotice } from './notices.ts';
import { dueDeletions, type Plan, type PollPolicy } from './plan.ts';
import { listed, type Prepared, prepare } from './prepare.ts';
import { forQuarantine } from './quarantine.ts';
import type { PlannedDeletion } from './retention.ts';
import { Retrieving, type RetrievingOutcome, type RetrievingParts } from './retrieving.ts';
import { type Ended, policyLeft, wantsAnotherSession } from './sessions.ts';
import { recover } from './settle.ts';
import { Tally } from './tally.ts';
import { tellPlan } from './tell-plan.ts';
import { mostBrokenAlone, tore, tornFailure, toTryAlone } from './torn.ts';
import { unsureFailure, unsureIn } from './unsure.ts';

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
  /** What to do with what the destination refuses for good; undefined is keep. */
  readonly onReject?: 'quarantine' | 'keep';
  /** Called when what was there on first contact is marked as seen. Resolves when that is durable. */
  readonly onFirstContact?: () => Promise<void>;
  /** What else may be known of a maildrop that the seen list knows nothing of; without, it is taken for new. */
  readonly firstContact?: FirstContact;
  /** Fetch also what was seen. */
  readonly again?: boolean;
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
  readonly line?: LineWatch | undefined;
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
    const meeting = new Meeting({ account, store, destination, context });
    await pollMaildrop({ account, store, destination, context, tally, meeting, told: new Set() });
    return tally.result();
  } catch (thrown) {
    return { ...tally.result(), failure: asFailure(thrown) };
  }
}

interface Parts {
  readonly account: PollAccount;
  readonly store: SeenStore;
  readonly destination: Destination;
  readonly context: PollContext;
  readonly tally: Tally;
  readonly meeting: Meeting;
  /** Unique-ids that were told to be left on the server. */
  readonly told: Set<string>;
}

/** Session after session, as long as it is worth another login. */
async function pollMaildrop(parts: Parts): Promise<void> {
  const { account, context, store, tally } = parts;
  const tornNow = new Set<string>();
  let cause: Failure | undefined;
  const session = async (only?: string): Promise<SessionEnd> => {
    const ended = await pollSession(parts, only);
    if (ended.torn !== undefined) tornNow.add(ended.torn);
    else if (ended.failure) throw ended.failure;
    cause = ended.failure ?? cause;
    return ended;
  };
  let ended = await session();
  for (let done = 1; wantsAnotherSession(ended, done, tornNow.size); done++) {
    if (context.stop.aborted) break;
    ended = await session();
  }
  const broken = new Set([...ended.left, ...tornNow]);
  let brokenAlone = 0;
  for (const uid of ended.loginDelay ? [] : toTryAlone(ended.left, store, context.now())) {
    if (context.stop.aborted || brokenAlone === mostBrokenAlone) break;
    if (tornNow.has(uid)) continue;
    if ((await session(uid)).wasTorn) brokenAlone++;
    // Not for the store to say: what is told apart by its header is forgotten once it was deleted.
    else broken.delete(uid);
  }
  const still = [...broken].filter((uid) => !store.has(uid));
  const { unsure } = ended;
  tally.wanted = Math.max(tally.wanted, tally.new + still.length + unsure.length);
  if (still.length > 0) throw tornFailure(still, cause);
  if (unsure.length > 0) throw unsureFailure(account.name, unsure);
}

interface SessionEnd extends Ended {
  readonly failure: Failure | undefined;
  /** The message that broke it. */
  readonly torn: string | undefined;
  /** Messages that broke sessions before, and were not tried. */
  readonly left: readonly string[];
  /** Messages that may be delivered already, and were not tried. */
  readonly unsure: readonly string[];
}

/** `only`: nothing but this message. */
async function pollSession(parts: Parts, only: string | undefined): Promise<SessionEnd> {
  const { account, context, store, tally, meeting } = parts;
  const drop = new AbortController();
  const signal = AbortSignal.any([context.signal, drop.signal]);
  await using session = await openSession(account, context, signal);
  const first = await listed(session, store);
  const listing = (await meeting.begin(session, first)) ? await listed(session, store) : first;
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
  await recordTrouble(outcome, parts);
  if (outcome.torn === undefined && outcome.failure && !outcome.mayQuit) throw outcome.failure;
  if (outcome.mayQuit) await finish(parts, session, listing, prepared, outcome);
  const hasLeftSome = tally.new - before.new < prepared.plan.retrieve.length;
  if (context.stop.aborted && hasLeftSome && !outcome.failure)
    throw new Failure('interrupted', 'stopped before all was retrieved');
  return {
    failure: outcome.failure,
    torn: outcome.torn?.uid,
    wasTorn: outcome.torn !== undefined,
    left: prepared.torn.map(({ uid }) => uid),
    unsure: unsureIn(prepared.plan),
    hasFailed: outcome.failure !== undefined,
    delivered: tally.new - before.new,
    deleted: tally.deleted - before.deleted,
    listed: listing.messages.length,
    isLimited: prepared.plan.leave.some(({ because }) => because === 'over-limit'),
    retrievalRemoves: session.retrievalRemoves,
    loginDelay: session.loginDelay,
  };
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
  const { mayQuit, torn } = again;
  return { ...outcome, mayQuit, torn, failure: mayQuit ? outcome.failure : again.failure };
}

/** Deletions, QUIT, and what is known only now that the session has ended well. */
async function finish(
  parts: Parts,
  session: SourceSession,
  listing: Listing,
  { plan, same, open, changed, suspects }: Prepared,
  { recognised, isWhole }: RetrievingOutcome,
): Promise<void> {
  const { account, context, store, tally } = parts;
  const stored = [...same, ...recognised].map(({ ref }) => ref);
  const due = dueDeletions(plan, store);
  const doomed = new Set([
    ...due.map(({ ref }) => ref),
    ...(plan.onceDelivered === 'delete' ? stored : []),
  ]);
  for (const ref of doomed) session.delete(ref);
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

/** Before anything else may fail: what comes later is fetched, what is there is not. */
async function markFirst({ account, store, context }: Parts, plan: Plan): Promise<void> {
  const there = plan.leave.filter(({ because }) => because === 'first-contact');
  await store.mark(
    there.map(({ ref }) => ref.uid),
    context.now(),
  );
  await account.onFirstContact?.();
}

/** A listing that is empty or cut short by a glitch settles nothing. */
function isUsable({ complete, messages }: Listing): boolean {
  return complete && messages.length > 0;
}

/** What the recogniser found goes on record, and that a message broke the session. */
async function recordTrouble(
  { recognised, torn }: RetrievingOutcome,
  { store, context }: Parts,
): Promise<void> {
  const fresh = recognised.filter(({ ref: { uid } }) => !store.has(uid) || store.isGone(uid));
  await store.recognise(fresh.map(({ ref, as }) => ({ uid: ref.uid, as })));
  if (torn !== undefined) await store.attempted([torn.uid], tore, context.now());
}

/** QUIT is part of success: only when it was answered have deletions happened. */
async function quit(
  { account, context, tally }: Parts,
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
