import type { Destination } from '../destination/destination.ts';
import { asFailure, type Failure } from '../errors.ts';
import type { Emit, PollCounts } from '../events.ts';
import type { Envelope } from '../mail/message.ts';
import type { LineWatch, MailSource } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import type { FirstContact } from './acquaintance.ts';
import { Meeting } from './meeting.ts';
import { type Polling, pollSession, type SessionEnd } from './one-session.ts';
import type { PollPolicy } from './plan.ts';
import { wantsAnotherSession } from './sessions.ts';
import { recover } from './settle.ts';
import { Tally } from './tally.ts';
import { mostBrokenAlone, tornFailure, toTryAlone } from './torn.ts';
import { unsureFailure } from './unsure.ts';

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

/** Messages that broke sessions of this run. */
interface Torn {
  readonly uids: Set<string>;
  cause: Failure | undefined;
}

/** Session after session, as long as it is worth another login; then what broke sessions, each alone. */
async function pollMaildrop(polling: Polling): Promise<void> {
  const { account, store, tally } = polling;
  const torn: Torn = { uids: new Set(), cause: undefined };
  const { left, unsure, loginDelay } = await pollWhileWorthwhile(polling, torn);
  const broken = new Set([...left, ...torn.uids]);
  if (!loginDelay) for (const uid of await tryAlone(polling, left, torn)) broken.delete(uid);
  const still = [...broken].filter((uid) => !store.has(uid));
  tally.wanted = Math.max(tally.wanted, tally.new + still.length + unsure.length);
  if (still.length > 0) throw tornFailure(still, torn.cause);
  if (unsure.length > 0) throw unsureFailure(account.name, unsure);
}

/** How the last of them ended. */
async function pollWhileWorthwhile(polling: Polling, torn: Torn): Promise<SessionEnd> {
  let ended = await pollOnce(polling, torn);
  for (let done = 1; wantsAnotherSession(ended, done, torn.uids.size); done++) {
    if (polling.context.stop.aborted) break;
    ended = await pollOnce(polling, torn);
  }
  return ended;
}

/** Those that came. Not for the store to say: what is told apart by its header is forgotten once it was deleted. */
async function tryAlone(
  polling: Polling,
  left: readonly string[],
  torn: Torn,
): Promise<readonly string[]> {
  const { store, context } = polling;
  const came: string[] = [];
  let broken = 0;
  for (const uid of toTryAlone(left, store, context.now())) {
    if (context.stop.aborted || broken === mostBrokenAlone) break;
    if (torn.uids.has(uid)) continue;
    if ((await pollOnce(polling, torn, uid)).wasTorn) broken++;
    else came.push(uid);
  }
  return came;
}

/** What a message breaks is no failure yet: the others may come in another session. */
async function pollOnce(polling: Polling, torn: Torn, only?: string): Promise<SessionEnd> {
  const ended = await pollSession(polling, only);
  if (ended.torn !== undefined) torn.uids.add(ended.torn);
  else if (ended.failure) throw ended.failure;
  torn.cause = ended.failure ?? torn.cause;
  return ended;
}
