import type { Listing, SourceSession } from '../source/source.ts';
import { report } from './look.ts';
import { expiryNotice, listingNotices } from './notices.ts';
import type { PollAccount, PollContext } from './poll.ts';
import type { Prepared } from './prepare.ts';
import type { Tally } from './tally.ts';

interface Telling {
  readonly account: PollAccount;
  readonly context: PollContext;
  readonly tally: Tally;
  /** What was told already: a run may have several sessions. */
  readonly told: Set<string>;
}

/** Tells what the maildrop holds, what is odd about it, and what is left there on purpose: each once a run. */
export function tellPlan(
  { account, context, tally, told }: Telling,
  session: SourceSession,
  listing: Listing,
  { plan }: Prepared,
): void {
  const { name, policy } = account;
  report(account, context.emit, listing, plan, tally);
  const expiry = expiryNotice(session, policy.keep);
  for (const text of [...listingNotices(listing), ...(expiry === undefined ? [] : [expiry])]) {
    if (told.has(text)) continue;
    told.add(text);
    context.emit({ type: 'notice', account: name, text });
  }
  for (const { ref, because } of plan.leave) {
    const { uid, number, size } = ref;
    if (told.has(uid)) continue;
    told.add(uid);
    tally.skipped++;
    const message = { action: 'skipped', uid, number, size, reason: because } as const;
    context.emit({ type: 'message', account: name, ...message });
  }
}
