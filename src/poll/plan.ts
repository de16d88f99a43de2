import type { MessageRef } from '../mail/message.ts';
import type { Listing } from '../source/source.ts';
import { type Choice, choose } from './choice.ts';
import {
  type DeliveredMessages,
  deletions,
  type PlannedDeletion,
  type Retention,
} from './retention.ts';

/** What the account's owner wants. */
export interface PollPolicy extends Choice, Retention {
  /** all; marked: on first contact, what is there counts as seen; nothing: only deletions are wanted. */
  readonly fetch: 'all' | 'marked' | 'nothing';
}

export interface LeftAlone {
  readonly ref: MessageRef;
  readonly because:
    | 'too-large'
    | 'over-limit'
    | 'first-contact'
    | 'breaks-session'
    | 'quarantined'
    | 'unsure';
}

/** What a poll will do. Seen messages that simply stay are counted, not listed: there may be a million of them. */
export interface Plan {
  readonly retrieve: readonly MessageRef[];
  readonly delete: readonly PlannedDeletion[];
  readonly leave: readonly LeftAlone[];
  readonly seen: number;
  /** What happens at the server to a message retrieved now, once it is on record. */
  readonly onceDelivered: 'leave' | 'delete';
}

/** Decides what is retrieved, deleted and left. Pure: dry run, tests and the real poll share it. */
export function planPoll(
  listing: Pick<Listing, 'messages'>,
  known: DeliveredMessages,
  policy: PollPolicy,
  now: number,
): Plan {
  const { messages } = listing;
  const fresh = messages.filter(({ uid }) => !known.has(uid));
  const { retrieve, leave } = chosen(fresh, policy);
  // What comes over now is stored before anything is deleted for want of room.
  const coming = new Set(retrieve.map(({ uid }) => uid));
  const then: DeliveredMessages = {
    has: (uid) => known.has(uid) || coming.has(uid),
    deliveredAt: (uid) => known.deliveredAt(uid) ?? (coming.has(uid) ? now : undefined),
  };
  const isLeft = policy.keep !== false;
  const due = deletions(messages, isLeft ? then : known, policy, now);
  return {
    retrieve,
    delete: due,
    leave,
    seen: messages.length - fresh.length,
    onceDelivered: isLeft ? 'leave' : 'delete',
  };
}

/**
 * What of the plan is to be deleted when the retrieval has ended, however it ended: a message that was to be stored
 * before and is not on record stays.
 */
export function dueDeletions(
  plan: Plan,
  known: Pick<DeliveredMessages, 'deliveredAt'>,
): readonly PlannedDeletion[] {
  return plan.delete.filter(({ ref }) => known.deliveredAt(ref.uid) !== undefined);
}

function chosen(
  fresh: readonly MessageRef[],
  policy: PollPolicy,
): Pick<Plan, 'retrieve' | 'leave'> {
  switch (policy.fetch) {
    case 'all':
      return choose(fresh, policy);
    case 'marked':
      return { retrieve: [], leave: fresh.map((ref) => ({ ref, because: 'first-contact' })) };
    case 'nothing':
      return { retrieve: [], leave: [] };
    default:
      return policy.fetch satisfies never;
  }
}
