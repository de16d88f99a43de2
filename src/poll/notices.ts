import type { Listing, SourceSession } from '../source/source.ts';
import { type Retention, tooShortExpire } from './retention.ts';

/** What a listing leaves open, in words. */
export function listingNotices({ oddities }: Listing): readonly string[] {
  if (oddities === undefined) return [];
  const { unnamed, shared, unknown, nameless } = oddities;
  const notices: string[] = [];
  if (unnamed > 0)
    notices.push(`the server gives no unique-id for ${some(unnamed)}: known by their headers`);
  if (shared > 0)
    notices.push(
      `the server gives ${some(shared)} unique-ids that others have too: told apart by their headers`,
    );
  if (unknown > 0)
    notices.push(
      `the server gives neither unique-id nor header for ${some(unknown)}: left for the next poll`,
    );
  if (nameless)
    notices.push(
      'the server gives neither unique-ids (UIDL) nor headers (TOP): every message is taken for new',
    );
  return notices;
}

/** What the server says it does with kept mail, where that is not what the account wants. */
export function expiryNotice(
  { expireDays }: Pick<SourceSession, 'expireDays'>,
  keep: Retention['keep'],
): string | undefined {
  const days = tooShortExpire({ keep }, expireDays);
  if (days === undefined) return undefined;
  const wish = keep === true ? 'although keep is true' : 'before keep says';
  return days === 0
    ? `the server may remove what was fetched (EXPIRE 0), ${wish}`
    : `the server removes mail after ${days} days (EXPIRE ${days}), ${wish}`;
}

export function churnNotice(recognised: number, delivered: number): string {
  const rest = delivered === 0 ? 'nothing else is new' : `${some(delivered)} new`;
  return `the server changed its unique-ids: ${some(recognised)} recognised as stored already and not delivered again, ${rest}`;
}

/** A notice for messages that came plainly shorter than they were listed; sizes off by a tenth are usual. */
export function shortNotice(uids: readonly string[]): string {
  const named = uids.slice(0, 3).join(', ');
  const more = uids.length > 3 ? ` and ${uids.length - 3} more` : '';
  return `less than half of the listed size came: ${named}${more}; delivered as it came`;
}

function some(count: number): string {
  return `${count} ${count === 1 ? 'message' : 'messages'}`;
}
