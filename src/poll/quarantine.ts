import type { Failure } from '../errors.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SeenStore } from '../state/seen-store.ts';
import type { Plan } from './plan.ts';

/** In so many polls, one after the other, a destination refuses a message before it is put aside. */
const refusalsBeforeQuarantine = 3;

/** What the record of a refusal begins with; others of its kind begin otherwise. */
const mark = 'refused: ';

/** What goes on record when a destination refused a message for good; undefined for any other failure. */
export function refusalOf(failure: Failure): string | undefined {
  if (failure.code !== 'deliver_perm') return undefined;
  return mark + (failure.facts.reason ?? failure.message);
}

/** Why the message was refused often enough; undefined as long as it was not. */
export function reasonForQuarantine(
  uid: string,
  store: Pick<SeenStore, 'attempts'>,
): string | undefined {
  const trouble = store.attempts(uid);
  if (trouble === undefined || trouble.count < refusalsBeforeQuarantine) return undefined;
  return trouble.why.startsWith(mark) ? trouble.why.slice(mark.length) : undefined;
}

/** Of what the plan wanted, what is to be put aside now. */
export function forQuarantine(
  plan: Plan,
  store: Pick<SeenStore, 'attempts' | 'has'>,
): readonly MessageRef[] {
  return plan.retrieve.filter(
    ({ uid }) => !store.has(uid) && reasonForQuarantine(uid, store) !== undefined,
  );
}

/** Why it is on record as quarantined although its local copy was dropped: the server's must stay. */
export const dropped = 'dropped';

/** The plan with what is in quarantine among that which is left alone, so that it is told in each run. */
export function withQuarantined(
  plan: Plan,
  messages: readonly MessageRef[],
  store: Pick<SeenStore, 'quarantined'>,
): Plan {
  const held = new Set(
    store.quarantined.filter(({ why }) => why !== dropped).map(({ uid }) => uid),
  );
  if (held.size === 0) return plan;
  const left = messages
    .filter(({ uid }) => held.has(uid))
    .map((ref) => ({ ref, because: 'quarantined' }) as const);
  return { ...plan, leave: [...plan.leave, ...left] };
}
