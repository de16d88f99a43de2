import { sharedMark } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { type Compared, compare } from './compare.ts';
import type { Group } from './look-alikes.ts';
import type { Plan } from './plan.ts';
import type { Recogniser, Same } from './recogniser.ts';
import { type Preparing, planSession, refuseNameless } from './session-plan.ts';

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
  /** Of how many messages the server has changed the unique-ids. */
  readonly changed: Compared['changed'];
  /** Wanted, but they broke sessions before: not in the plan. */
  readonly torn: readonly MessageRef[];
}

/** Lists, asking the store which unique-ids several messages bore. */
export function listed(session: SourceSession, store: Pick<SeenStore, 'has'>): Promise<Listing> {
  // Mostly none, and asking for each of a hundred thousand is not free.
  const isShared = (uid: string): boolean => store.has(sharedMark(uid));
  return session.list(isShared('') ? isShared : undefined);
}

/** Finds out what of a listing is new, puts what it found on record, and makes the plan. */
export async function prepare(listing: Listing, preparing: Preparing): Promise<Prepared> {
  const { session, store, policy, now } = preparing;
  refuseNameless(listing, policy);
  const compared = await compare(listing, session, store);
  const { alikes, suspects, recogniser, same, changed } = compared;
  await store.mark(compared.marks, now());
  await store.recognise(same.map(({ ref, as }) => ({ uid: ref.uid, as })));
  const known = {
    has: (uid: string) => store.has(uid) && !suspects.has(uid),
    deliveredAt: (uid: string) => (suspects.has(uid) ? undefined : store.deliveredAt(uid)),
  };
  const mayBeOther = (uid: string) => alikes.suspects.has(uid);
  const sorted = planSession(listing, known, mayBeOther, preparing);
  return { ...sorted, recogniser, suspects, same, open: alikes.open, changed };
}
