import type { Clock } from './clock.ts';
import type { Place } from './place.ts';
import { type Candidate, type Limits, Places } from './places.ts';

export interface RoundAccount<Outcome> extends Candidate {
  /** Never rejects. */
  readonly run: (place: Place) => Promise<Outcome>;
}

/** Polls every account once, those in doubt last. The outcomes are in the order of the accounts. */
export async function pollRound<Outcome>(
  accounts: readonly RoundAccount<Outcome>[],
  limits: Limits,
  clock: Clock,
): Promise<readonly Outcome[]> {
  const places = new Places(limits, clock);
  const outcomes = new Map<RoundAccount<Outcome>, Promise<Outcome>>();
  const sure = accounts.filter(({ doubtful }) => doubtful !== true);
  const inDoubt = accounts.filter(({ doubtful }) => doubtful === true);
  for (const account of [...sure, ...inDoubt])
    outcomes.set(account, places.take(account, account.run));
  return Promise.all(accounts.flatMap((account) => outcomes.get(account) ?? []));
}
