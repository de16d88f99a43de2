import type { MessageRef } from '../mail/message.ts';
import type { Listing } from '../source/source.ts';

/** What the account's owner wants. */
export interface PollPolicy {
  /** true: leave on server; false: delete what is safely delivered. */
  readonly keep: boolean;
  /** Octets; what is listed larger stays on the server. */
  readonly maxSize: number | undefined;
  /** New messages per run. */
  readonly limit: number | undefined;
}

export interface PlannedDeletion {
  readonly ref: MessageRef;
  readonly because: 'delivered';
}

export interface LeftAlone {
  readonly ref: MessageRef;
  readonly because: 'too-large' | 'over-limit' | 'breaks-session';
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
  seen: { has(uid: string): boolean },
  policy: PollPolicy,
): Plan {
  const retrieve: MessageRef[] = [];
  const deletions: PlannedDeletion[] = [];
  const leave: LeftAlone[] = [];
  let seenCount = 0;
  const { maxSize = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY } = policy;
  for (const ref of listing.messages) {
    if (seen.has(ref.uid)) {
      seenCount++;
      if (!policy.keep) deletions.push({ ref, because: 'delivered' });
    } else if (ref.size > maxSize) leave.push({ ref, because: 'too-large' });
    else if (retrieve.length >= limit) leave.push({ ref, because: 'over-limit' });
    else retrieve.push(ref);
  }
  return {
    retrieve,
    delete: deletions,
    leave,
    seen: seenCount,
    onceDelivered: policy.keep ? 'leave' : 'delete',
  };
}
