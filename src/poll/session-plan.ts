import { Failure } from '../errors.ts';
import type { Listing, SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { type Plan, type PollPolicy, planPoll } from './plan.ts';
import { withQuarantined } from './quarantine.ts';
import type { DeliveredMessages } from './retention.ts';
import { type Sorted, toTryAlone, withoutTorn } from './torn.ts';
import { isUnsure, withUnsure } from './unsure.ts';

/** What a session's plan depends on besides its listing. */
export interface Preparing {
  readonly session: SourceSession;
  readonly store: SeenStore;
  readonly policy: PollPolicy;
  readonly now: () => number;
  /** Nothing but this message. */
  readonly only?: string | undefined;
}

/**
 * The plan of a session, with all that is on record of earlier ones: what is in quarantine, what may be delivered
 * already, what broke sessions. What `mayBeOther` may be another message than the one that is known is not deleted before it was compared.
 */
export function planSession(
  listing: Listing,
  known: DeliveredMessages,
  mayBeOther: (uid: string) => boolean,
  preparing: Preparing,
): Sorted {
  const { session, store, policy, now, only } = preparing;
  const left: DeliveredMessages = {
    has: (uid) => known.has(uid) || isUnsure(uid, store),
    deliveredAt: (uid) => known.deliveredAt(uid),
  };
  const plan = planPoll(listing, left, policy, now());
  if (only !== undefined) return { plan: onlyRetrieving(only, plan), torn: [] };
  const due = plan.delete.filter(({ ref }) => !mayBeOther(ref.uid));
  const { messages } = listing;
  const told = withUnsure(
    withQuarantined({ ...plan, delete: due }, messages, store),
    messages,
    store,
  );
  // What broke sessions gets one of its own; where the server wants time between two logins it comes last.
  const isPatient = (session.loginDelay ?? 0) > 0;
  return withoutTorn(told, store, (uid) => isPatient && toTryAlone([uid], store, now()).length > 0);
}

/** Where nothing tells one message from another, each run fetches all of them: then none may stay. */
export function refuseNameless({ oddities }: Listing, { keep }: PollPolicy): void {
  if (oddities?.nameless !== true || keep === false) return;
  const reason =
    'it gives neither unique-ids (UIDL) nor headers (TOP), so new mail cannot be told from old';
  const hint = 'With keep: false it can be fetched: every message leaves the server once stored.';
  throw new Failure('protocol', reason, { phase: 'list', reason, hint });
}

function onlyRetrieving(only: string, plan: Plan): Plan {
  const retrieve = plan.retrieve.filter(({ uid }) => uid === only);
  return { ...plan, retrieve, delete: [], leave: [] };
}
