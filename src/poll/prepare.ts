import { Failure } from '../errors.ts';
import { sharedMark } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { churnMark, isChurn, type Same, sameByHeader } from './churn.ts';
import { type Group, lookAlikesAmong } from './look-alikes.ts';
import { type Plan, type PollPolicy, planPoll } from './plan.ts';
import { withQuarantined } from './quarantine.ts';
import { Recogniser } from './recogniser.ts';
import { othersUnderOldIds } from './returned.ts';
import { type Sorted, toTryAlone, withoutTorn } from './torn.ts';
import { isUnsure, withUnsure } from './unsure.ts';

/** What one session is to do. */
export interface Prepared {
  readonly plan: Plan;
  /** Tells whether what comes is stored already; undefined where the unique-ids tell. */
  readonly recogniser: Recogniser | undefined;
  /** Known by their unique-ids, and perhaps others: their content tells. */
  readonly suspects: ReadonlySet<string>;
  /** On record since just now: stored under other unique-ids, not retrieved. */
  readonly same: readonly Same[];
  /** Look-alikes that are open until this session has ended well. */
  readonly open: readonly Group[];
  readonly isChurn: boolean;
  /** Wanted, but they broke sessions before: not in the plan. */
  readonly torn: readonly MessageRef[];
}

export interface Preparing {
  readonly session: SourceSession;
  readonly store: SeenStore;
  readonly policy: PollPolicy;
  readonly now: () => number;
  /** Nothing but this message. */
  readonly only: string | undefined;
}

/** Lists, asking the store which unique-ids several messages bore. */
export function listed(session: SourceSession, store: Pick<SeenStore, 'has'>): Promise<Listing> {
  // Mostly none, and asking for each of a hundred thousand is not free.
  const isShared = (uid: string): boolean => store.has(sharedMark(uid));
  return session.list(isShared('') ? isShared : undefined);
}

/** Finds out what of a listing is new where unique-ids do not tell, and makes the plan. */
export async function prepare(listing: Listing, preparing: Preparing): Promise<Prepared> {
  const { store, policy, now } = preparing;
  const { messages } = listing;
  if (listing.oddities?.nameless === true && policy.keep !== false) throw cannotTell();
  const alikes = lookAlikesAmong(messages, store);
  await store.mark(alikes.marks, now());
  const moved = !preparing.session.retrievalRemoves && isChurn(messages, store);
  if (moved && !store.has(churnMark)) await store.mark([churnMark], now());
  const others = await othersUnderOldIds(messages, preparing.session, store);
  const suspects = new Set([...alikes.suspects, ...others]);
  const recogniser = await recogniserFor(listing, suspects, moved, store);
  const same = moved && recogniser ? await knownByHeader(messages, preparing, recogniser) : [];
  for (const { ref } of same) suspects.delete(ref.uid);
  const isKnown = (uid: string) => store.has(uid) && !suspects.has(uid);
  const known = {
    has: (uid: string) => isKnown(uid) || isUnsure(uid, store),
    deliveredAt: (uid: string) => (isKnown(uid) ? store.deliveredAt(uid) : undefined),
  };
  const plan = withQuarantined(planPoll(listing, known, policy, now()), messages, store);
  const due = plan.delete.filter(({ ref }) => !alikes.suspects.has(ref.uid));
  const sorted = sortedPlan(withUnsure({ ...plan, delete: due }, messages, store), preparing);
  return { ...sorted, recogniser, suspects, same, open: alikes.open, isChurn: moved };
}

/** What broke sessions gets one of its own; where the server wants time between two logins it comes last. */
function sortedPlan(plan: Plan, { session, store, now, only }: Preparing): Sorted {
  if (only !== undefined) {
    const retrieve = plan.retrieve.filter(({ uid }) => uid === only);
    return { plan: { ...plan, retrieve, delete: [], leave: [] }, torn: [] };
  }
  const isPatient = (session.loginDelay ?? 0) > 0;
  return withoutTorn(plan, store, (uid) => isPatient && toTryAlone([uid], store, now()).length > 0);
}

async function recogniserFor(
  { oddities, messages }: Listing,
  suspects: ReadonlySet<string>,
  moved: boolean,
  store: SeenStore,
): Promise<Recogniser | undefined> {
  if (messages.length === 0) return undefined;
  if (moved || oddities?.nameless === true) return Recogniser.ofAll(store);
  return suspects.size > 0 ? Recogniser.ofLookAlikes(suspects, store) : undefined;
}

async function knownByHeader(
  messages: readonly MessageRef[],
  { session, store }: Preparing,
  recogniser: Recogniser,
): Promise<readonly Same[]> {
  const fresh = messages.filter(({ uid }) => !store.has(uid));
  const same = sameByHeader(fresh, await session.headers(fresh), recogniser);
  await store.recognise(same.map(({ ref, as }) => ({ uid: ref.uid, as })));
  return same;
}

function cannotTell(): Failure {
  const reason =
    'it gives neither unique-ids (UIDL) nor headers (TOP), so new mail cannot be told from old';
  const hint = 'With keep: false it can be fetched: every message leaves the server once stored.';
  return new Failure('protocol', reason, { phase: 'list', reason, hint });
}
