import type { HeaderPrint } from '../mail/fingerprint.ts';
import { isUnnamed, unnamedMark } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { churnAmong, churnMarks, showsChurn } from './churn.ts';
import { type LookAlikes, lookAlikesAmong } from './look-alikes.ts';
import { Recogniser, type Same } from './recogniser.ts';
import { othersUnder, returnedAmong } from './returned.ts';
import { lookAlikesOf, vanished, withOrWithoutUniqueId } from './scopes.ts';

/** What of a listing is stored already, and what is not, where its unique-ids do not tell. */
export interface Compared extends Recognised {
  readonly alikes: LookAlikes;
  /** To be put on record before anything is retrieved. */
  readonly marks: readonly string[];
}

interface Recognised {
  /** Known by their unique-ids, and perhaps others: their content tells. */
  readonly suspects: Set<string>;
  /** Tells whether what comes is stored already; undefined where the unique-ids tell. */
  readonly recogniser: Recogniser | undefined;
  /** Stored under other unique-ids, as their headers show: not to be retrieved. */
  readonly same: readonly Same[];
  /** The headers of others that may be stored under other unique-ids. */
  readonly doubtful: readonly Headed[];
  /** Of how many messages the server has changed the unique-ids, as far as it shows. */
  readonly changed: 'all' | 'some' | 'none';
}

interface Headed {
  readonly ref: MessageRef;
  readonly print: HeaderPrint;
}

interface Comparing {
  readonly listing: Listing;
  readonly session: Pick<SourceSession, 'headers' | 'retrievalRemoves'>;
  readonly store: Pick<SeenStore, 'has' | 'isGone' | 'present' | 'remembered'>;
  readonly suspects: Set<string>;
}

/** Whether the unique-ids have changed shows in the oldest messages, which are listed first. */
const enoughToShow = 1000;

/** Compares the listing with what is on record; asks for headers (TOP) where these tell more. Changes nothing. */
export async function compare(
  listing: Listing,
  session: Comparing['session'],
  store: Comparing['store'],
): Promise<Compared> {
  const { messages } = listing;
  const alikes = lookAlikesAmong(listing, store);
  const others = await othersUnder(returnedAmong(messages, store), session, store);
  const suspects = new Set([...alikes.suspects, ...others]);
  const churn = session.retrievalRemoves ? 'none' : churnAmong(messages, store);
  const recognised = await recognise({ listing, session, store, suspects }, churn);
  for (const { ref } of recognised.same) recognised.suspects.delete(ref.uid);
  const shown = recognised.changed === 'all' ? 'sure' : churn;
  const marks = [...alikes.marks, ...churnMarks(shown, messages.length === 0, store)];
  return { ...recognised, alikes, marks };
}

async function recognise(
  comparing: Comparing,
  churn: 'sure' | 'possible' | 'none',
): Promise<Recognised> {
  const { listing, store, suspects } = comparing;
  const { messages, oddities } = listing;
  if (messages.length === 0) return unrecognised(suspects, undefined);
  if (churn === 'sure') return afterChurn(comparing, []);
  if (churn === 'possible') {
    const shown = await headersThatShowChurn(comparing);
    if (shown !== undefined) return afterChurn(comparing, shown);
  }
  const some = await afterSomeChanged(comparing);
  if (some !== undefined) return some;
  const isNameless = oddities?.nameless === true;
  const scope = isNameless ? vanished(messages, suspects) : lookAlikesOf(suspects);
  const isNeeded = isNameless || suspects.size > 0;
  return unrecognised(suspects, isNeeded ? await Recogniser.among(scope, store) : undefined);
}

function unrecognised(suspects: Set<string>, recogniser: Recogniser | undefined): Recognised {
  return { suspects, recogniser, same: [], doubtful: [], changed: 'none' };
}

/** `shown`: headers that are here already. */
async function afterChurn(
  { listing: { messages }, session, store, suspects: known }: Comparing,
  shown: readonly Headed[],
): Promise<Recognised> {
  const kept = messages.filter(({ uid }) => store.has(uid) && !known.has(uid));
  const suspects = new Set([...known, ...(await othersUnder(kept, session, store))]);
  const recogniser = await Recogniser.among(vanished(messages, suspects), store);
  const asked = new Set(shown.map(({ ref }) => ref));
  const rest = openAmong(messages, store, suspects).filter((ref) => !asked.has(ref));
  const headed = [...shown, ...(await withHeaders(rest, session))];
  return { suspects, recogniser, ...divided(headed, recogniser), changed: 'all' };
}

/** Undefined: what has come is not what was there. */
async function headersThatShowChurn({
  listing: { messages },
  session,
  store,
  suspects,
}: Comparing): Promise<readonly Headed[] | undefined> {
  const oldest = openAmong(messages, store, suspects).slice(0, enoughToShow);
  if (oldest.length === 0) return undefined;
  const recogniser = await Recogniser.among(vanished(messages, suspects), store);
  if (recogniser.size === 0) return undefined;
  const headed = await withHeaders(oldest, session);
  const stored = headed.filter(({ print }) => recogniser.knows(print));
  return showsChurn(stored.map(({ print }) => print)) ? headed : undefined;
}

/** Servers that give unique-ids to some of their messages only do not always leave out the same ones. */
async function afterSomeChanged(comparing: Comparing): Promise<Recognised | undefined> {
  const { listing, session, store, suspects } = comparing;
  const refs = renamedAmong(comparing);
  if (refs.length === 0) return undefined;
  const dated = new Set<string>();
  const scope = withOrWithoutUniqueId(listing.messages, { refs, suspects, dated }, store);
  const recogniser = await Recogniser.among(scope, store);
  if (recogniser.size === 0) return undefined;
  const headed = await withHeaders(refs, session);
  for (const { ref, print } of headed) if (print.isDated) dated.add(ref.uid);
  return { suspects, recogniser, ...divided(headed, recogniser), changed: 'some' };
}

/** New ones without a unique-id; with one too where some were stored without. Mostly there are none. */
function renamedAmong({
  listing: { messages, oddities },
  store,
  suspects,
}: Comparing): readonly MessageRef[] {
  const wereUnnamed = store.has(unnamedMark);
  if (!wereUnnamed && (oddities?.unnamed ?? 0) === 0) return [];
  return openAmong(messages, store, suspects).filter(({ uid }) => wereUnnamed || isUnnamed(uid));
}

/** Those that are not known for sure. */
function openAmong(
  messages: readonly MessageRef[],
  store: Comparing['store'],
  suspects: ReadonlySet<string>,
): readonly MessageRef[] {
  return messages.filter(({ uid }) => !store.has(uid) || suspects.has(uid));
}

async function withHeaders(
  refs: readonly MessageRef[],
  session: Comparing['session'],
): Promise<readonly Headed[]> {
  if (refs.length === 0) return [];
  const prints = await session.headers(refs);
  return refs.flatMap((ref, index) => {
    const print = prints[index];
    return print === undefined ? [] : [{ ref, print }];
  });
}

/**
 * Apart from the others those whose header alone shows that they are stored, so that they need not be retrieved: it names
 * the message and the way that it came, and no other message here or there has it.
 */
function divided(
  headed: readonly Headed[],
  recogniser: Recogniser,
): Pick<Recognised, 'same' | 'doubtful'> {
  const counts = new Map<string, number>();
  for (const { print } of headed) counts.set(print.header, (counts.get(print.header) ?? 0) + 1);
  const same: Same[] = [];
  const doubtful: Headed[] = [];
  for (const { ref, print } of headed) {
    const isOnly = print.isTelling && counts.get(print.header) === 1;
    const as = isOnly ? recogniser.withHeader(ref, print) : undefined;
    if (as === undefined) doubtful.push({ ref, print });
    else same.push({ ref, as });
  }
  return { same, doubtful };
}
