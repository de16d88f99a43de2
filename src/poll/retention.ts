import type { MessageRef } from '../mail/message.ts';

/** How long what was delivered stays on the server. */
export interface Retention {
  /** true: for good; false: not at all; or so many ms after delivery. */
  readonly keep: boolean | { readonly for: number };
  /** The most that may lie in the maildrop; undefined: no limit. */
  readonly atMost: { readonly octets: number } | { readonly count: number } | undefined;
  /** Whether the clock can be trusted with a message's age; where not, none is deleted for it. */
  readonly isClockSure: boolean;
}

/** What is known of messages: delivered means safely stored here. */
export interface DeliveredMessages {
  has(uid: string): boolean;
  /** ms since 1970; undefined for what is not known, or was never stored and only marked as seen. */
  deliveredAt(uid: string): number | undefined;
}

export interface PlannedDeletion {
  readonly ref: MessageRef;
  readonly because: 'delivered' | 'expired' | 'over-quota';
}

/**
 * Which messages of a listing may leave the server, and why. Only ever such as are safely stored here. What is over the
 * limit goes in the order of the listing, the oldest first. Pure.
 */
export function deletions(
  messages: readonly MessageRef[],
  known: DeliveredMessages,
  { keep, atMost, isClockSure }: Retention,
  now: number,
): readonly PlannedDeletion[] {
  if (keep === true && atMost === undefined) return [];
  const planned: PlannedDeletion[] = [];
  const staying: MessageRef[] = [];
  for (const ref of messages) {
    const deliveredAt = known.deliveredAt(ref.uid);
    if (deliveredAt === undefined || keep === true) staying.push(ref);
    else if (keep === false) planned.push({ ref, because: 'delivered' });
    else if (isClockSure && isExpired(deliveredAt, keep.for, now))
      planned.push({ ref, because: 'expired' });
    else staying.push(ref);
  }
  return atMost === undefined ? planned : [...planned, ...overQuota(staying, known, atMost)];
}

/** Days that the server keeps mail, where that is less than the account wants; undefined where all is well. */
export function tooShortExpire(
  { keep }: Pick<Retention, 'keep'>,
  expireDays: number | undefined,
): number | undefined {
  if (expireDays === undefined || keep === false) return undefined;
  return keep === true || keep.for > expireDays * day ? expireDays : undefined;
}

const day = 24 * 3_600_000;
/** Mail delivered before this program existed was delivered under a clock that was wrong. */
const earliest = Date.UTC(2020, 0, 1);

function isExpired(deliveredAt: number, after: number, now: number): boolean {
  return deliveredAt >= earliest && now - deliveredAt >= after;
}

function overQuota(
  staying: readonly MessageRef[],
  known: DeliveredMessages,
  atMost: { readonly octets: number } | { readonly count: number },
): PlannedDeletion[] {
  const measure = (ref: MessageRef) => ('count' in atMost ? 1 : ref.size);
  const most = 'count' in atMost ? atMost.count : atMost.octets;
  let held = staying.reduce((sum, ref) => sum + measure(ref), 0);
  const planned: PlannedDeletion[] = [];
  for (const ref of staying.toSorted((one, other) => one.number - other.number)) {
    if (held <= most) break;
    if (known.deliveredAt(ref.uid) === undefined) continue;
    planned.push({ ref, because: 'over-quota' });
    held -= measure(ref);
  }
  return planned;
}
