import type { Destination } from '../destination/destination.ts';
import { Failure } from '../errors.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { waysOn } from '../util/ways-on.ts';

/** The state of an account that is not in the configuration: perhaps this account, under its old name. */
export interface Predecessor {
  readonly account: string;
  /** It was polled since the configuration was changed: another configuration may have it. */
  readonly isInUse: boolean;
  /** As its last run left it; undefined where that cannot be read. */
  readonly look: () => Promise<SeenStore | undefined>;
  /** Puts its records into `store` and its own state aside. Resolves when that is on the disk. */
  readonly handOver: (store: SeenStore) => Promise<void>;
}

/** How an account meets a maildrop that nothing is known of. */
export interface FirstContact {
  /** Where the seen list is, for people. */
  readonly seenList: string;
  readonly predecessors: () => readonly Predecessor[];
  /** Somebody forgot it on purpose: what its destination has of it means nothing. */
  readonly wasForgotten: () => boolean;
}

/** The first listing that an account's empty seen list is compared with. */
export interface FirstListing {
  readonly account: string;
  readonly firstContact: FirstContact;
  readonly destination: Pick<Destination, 'label' | 'received'>;
  readonly session: Pick<SourceSession, 'headers'>;
  readonly listing: Pick<Listing, 'messages'>;
}

/**
 * The account under its old name, if it was renamed: its state knows what is listed here. Undefined for a real first
 * contact. Throws a Failure with code `state` where mail was fetched before and nobody knows which: to go on as if there
 * had been none would deliver everything again.
 */
export async function predecessorOf(first: FirstListing): Promise<Predecessor | undefined> {
  const alike: Predecessor[] = [];
  const doubtful: Predecessor[] = [];
  for (const predecessor of first.firstContact.predecessors()) {
    const likeness = await likenessOf(predecessor, first);
    if (likeness === 'same') alike.push(predecessor);
    else if (likeness === 'perhaps') doubtful.push(predecessor);
  }
  const [only, ...others] = alike;
  if (only !== undefined && others.length === 0) return only;
  if (alike.length + doubtful.length > 0) throw cannotTell(first.account, [...alike, ...doubtful]);
  await refuseIfReceived(first);
  return undefined;
}

/** Of fewer than so many listed messages, all must be known. */
const few = 4;
/** Headers compared: unique-ids may be alike by chance, where servers merely count. */
const mostCompared = 3;

async function likenessOf(
  { account, isInUse, look }: Predecessor,
  first: FirstListing,
): Promise<'same' | 'perhaps' | 'other'> {
  await using store = await look();
  if (store === undefined) return 'other';
  const { messages } = first.listing;
  const known = messages.filter(({ uid }) => store.has(uid));
  const needed = messages.length < few ? messages.length : messages.length / 2;
  if (known.length === 0 || known.length < needed) return 'other';
  const likeness = await compared(known, store, first.session);
  if (likeness === 'same' && store.unsettled.length > 0)
    throw interrupted(account, first.account, store.unsettled.length);
  return likeness === 'same' && isInUse ? 'perhaps' : likeness;
}

/** Whether messages of the same unique-id have the same header too. */
async function compared(
  known: readonly MessageRef[],
  store: SeenStore,
  session: FirstListing['session'],
): Promise<'same' | 'perhaps' | 'other'> {
  const listed = new Set(known.map(({ uid }) => uid));
  const headers = new Map<string, string>();
  await store.remembered(({ uid, stored: { print } }) => {
    if (print !== undefined && listed.has(uid)) headers.set(uid, print.header);
  });
  const sample = known.filter(({ uid }) => headers.has(uid)).slice(-mostCompared);
  const prints = sample.length === 0 ? [] : await session.headers(sample);
  const comparable = sample.filter((_, at) => prints[at] !== undefined);
  if (comparable.length === 0) return 'perhaps';
  const isSame = sample.some(({ uid }, at) => prints[at]?.header === headers.get(uid));
  return isSame ? 'same' : 'other';
}

/** The destination remembers what the seen list does not. */
async function refuseIfReceived(first: FirstListing): Promise<void> {
  const { account, firstContact, destination, listing } = first;
  if (firstContact.wasForgotten()) return;
  const received = (await destination.received?.(listing.messages.map(({ uid }) => uid))) ?? 0;
  if (received === 0) return;
  const of = `${received} of the ${listing.messages.length} messages on the server`;
  const reason = `${firstContact.seenList} knows nothing, although ${of} were delivered to ${destination.label} before`;
  throw new Failure('state', reason, {
    phase: 'state',
    path: firstContact.seenList,
    reason,
    hint: waysOn(account),
  });
}

function cannotTell(account: string, alike: readonly Predecessor[]): Failure {
  const names = alike.map((one) => one.account);
  const [old = ''] = names;
  const reason = `${account} is new, and ${names.join(' and ')}, not in this configuration, may be the same maildrop`;
  const hint = `If it was renamed: "popfetch state export ${old} | popfetch state import ${account}"; if not: "popfetch --once --all ${account}" fetches everything.`;
  return new Failure('state', reason, { phase: 'state', reason, hint });
}

function interrupted(old: string, account: string, messages: number): Failure {
  const many = messages === 1 ? '1 message was' : `${messages} messages were`;
  const reason = `${account} is ${old} under a new name, and ${many} on the way when ${old} was interrupted`;
  const hint = `Poll it once more under its old name, and rename it then.`;
  return new Failure('state', reason, { phase: 'state', reason, hint });
}
