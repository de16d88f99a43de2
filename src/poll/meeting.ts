import type { Destination } from '../destination/destination.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import type { SavedRecord, SeenStore } from '../state/seen-store.ts';
import { type FirstListing, type Predecessor, predecessorOf } from './acquaintance.ts';
import { importedAmong, refuseUnlessKnown, takeImported, withFolded } from './imported.ts';
import type { PollPolicy } from './plan.ts';
import type { PollAccount, PollContext } from './poll.ts';
import type { DeliveredMessages } from './retention.ts';

interface MeetingParts {
  readonly account: PollAccount;
  readonly store: SeenStore;
  readonly destination: Destination;
  readonly context: Pick<PollContext, 'emit'>;
}

/** What happens when a poll's first listing has come, and before anything of it is planned. */
export class Meeting {
  /** What the account's owner wants, as far as it holds for this maildrop. */
  policy: PollPolicy;
  readonly #parts: MeetingParts;
  #isOver = false;

  constructor(parts: MeetingParts) {
    this.#parts = parts;
    const { again = false, policy } = parts.account;
    this.policy = again ? { ...policy, fetch: 'all' } : policy;
  }

  /** Whether a seen list was taken over: what it knows may name messages otherwise than this listing. */
  async begin(session: SourceSession, listing: Listing): Promise<boolean> {
    if (this.#isOver || listing.messages.length === 0) return false;
    this.#isOver = true;
    const { account, store } = this.#parts;
    if (account.again === true) await forgetSeen(store);
    await this.#meetImported(listing);
    if (store.isMet && account.again !== true) return false;
    const first = account.again === true ? undefined : firstListing(this.#parts, session, listing);
    const predecessor = first === undefined ? undefined : await predecessorOf(first);
    if (predecessor !== undefined) await this.#takeOver(predecessor);
    await store.meet();
    return predecessor !== undefined;
  }

  async #meetImported({ messages }: Listing): Promise<void> {
    const { account, store, context } = this.#parts;
    const imported = await importedAmong(messages, store);
    if (imported === undefined) return;
    // Where nothing is fetched anyway, nothing can come twice.
    if (this.policy.fetch !== 'marked') refuseUnlessKnown(account.name, imported);
    await takeImported(imported, store);
    if (imported.tool === undefined) return;
    const text = `${imported.known} of the ${imported.listed} messages on the server are known from ${imported.tool}`;
    context.emit({ type: 'notice', account: account.name, text });
  }

  async #takeOver({ account: old, handOver }: Predecessor): Promise<void> {
    const { account, store, context } = this.#parts;
    // What is new under the new name is new, whatever `first` says: before the records are here, in case of a crash.
    if (this.policy.fetch === 'marked') await account.onFirstContact?.();
    await handOver(store);
    if (this.policy.fetch === 'marked') this.policy = { ...this.policy, fetch: 'all' };
    context.emit({ type: 'notice', account: account.name, text: takenOver(old, store.size) });
  }
}

/** What a poll would know and want. Changes nothing; throws where a poll would stop. */
export async function foreseen(
  parts: Omit<MeetingParts, 'context'>,
  session: SourceSession,
  listing: Listing,
): Promise<{ readonly known: DeliveredMessages; readonly policy: PollPolicy }> {
  const { account, store } = parts;
  const { again = false, policy } = account;
  if (again) {
    const known = { has: (uid: string) => store.isQuarantined(uid), deliveredAt: () => undefined };
    return { known, policy: { ...policy, fetch: 'all' } };
  }
  const imported = await importedAmong(listing.messages, store);
  if (imported !== undefined) {
    refuseUnlessKnown(account.name, imported);
    return { known: withFolded(store, imported), policy };
  }
  const first = store.isMet ? undefined : firstListing(parts, session, listing);
  const predecessor = first === undefined ? undefined : await predecessorOf(first);
  if (predecessor === undefined) return { known: store, policy };
  const known = (await predecessor.look()) ?? store;
  return { known, policy: policy.fetch === 'marked' ? { ...policy, fetch: 'all' } : policy };
}

function firstListing(
  { account, destination }: Omit<MeetingParts, 'context'>,
  session: SourceSession,
  listing: Listing,
): FirstListing | undefined {
  const { firstContact, name } = account;
  if (firstContact === undefined || listing.messages.length === 0) return undefined;
  return { account: name, firstContact, destination, session, listing };
}

/** All but what is in quarantine, which stays there until somebody decides. */
async function forgetSeen(store: SeenStore): Promise<void> {
  const known: string[] = [];
  await store.saved(({ uid, state }: SavedRecord) => {
    if (state === 'delivered' || state === 'marked') known.push(uid);
  });
  await store.forget(known);
}

function takenOver(old: string, records: number): string {
  return `its messages are known under the name ${old}, which is not in the configuration: ${records} taken over as seen`;
}
