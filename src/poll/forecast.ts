import { headerIn } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Listing } from '../source/source.ts';
import { type Compared, compare } from './compare.ts';
import type { Plan } from './plan.ts';
import { type Preparing, planSession, refuseNameless } from './session-plan.ts';

/** What `prepare` would plan. Nothing is put on record, and where only content will tell, the header has to. */
export async function forecast(listing: Listing, preparing: Preparing): Promise<Plan> {
  const { session, store, policy } = preparing;
  refuseNameless(listing, policy);
  const compared = await compare(listing, session, store);
  const { alikes, suspects } = compared;
  const stored = likelyStored(listing.messages, compared, store);
  const isOther = (uid: string) => suspects.has(uid) && !alikes.suspects.has(uid);
  /** Under which unique-id it is on record. */
  const recordOf = (uid: string) => stored.get(uid) ?? (isOther(uid) ? undefined : uid);
  const known = {
    has: (uid: string) => store.has(recordOf(uid) ?? ''),
    deliveredAt: (uid: string) => store.deliveredAt(recordOf(uid) ?? ''),
  };
  return planSession(listing, known, (uid) => alikes.suspects.has(uid), preparing).plan;
}

/** By unique-ids in the listing, those under which their messages are stored. */
function likelyStored(
  messages: readonly MessageRef[],
  { alikes, recogniser, same, doubtful }: Compared,
  store: Preparing['store'],
): ReadonlyMap<string, string> {
  const stored = new Map(same.map(({ ref, as }) => [ref.uid, as.uid]));
  const take = (ref: MessageRef, header: string | undefined) => {
    const as = header === undefined ? undefined : recogniser?.likely(ref, header);
    if (as !== undefined && !stored.has(ref.uid)) stored.set(ref.uid, as.uid);
  };
  for (const { ref, print } of doubtful) take(ref, print.header);
  const alike = messages.filter(({ uid }) => alikes.suspects.has(uid) && !stored.has(uid));
  const isKnown = ({ uid }: MessageRef) => store.has(uid);
  // What is on record stands for itself, before others are taken for it.
  for (const ref of alike.filter(isKnown)) take(ref, headerIn(ref.uid));
  for (const ref of alike.filter((one) => !isKnown(one))) take(ref, headerIn(ref.uid));
  return stored;
}
