import { Failure } from '../errors.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SeenStore } from '../state/seen-store.ts';
import type { Plan } from './plan.ts';

/** What the record of such trouble says. */
export const unsureMark = 'may be delivered';

/** Whether a destination may have taken it before all was killed, and is not to get it again on the chance. */
export function isUnsure(uid: string, store: Pick<SeenStore, 'attempts'>): boolean {
  return store.attempts(uid)?.why === unsureMark;
}

/** The plan with what is held for that among that which is left alone, so that it is told in each run. Pure. */
export function withUnsure(
  plan: Plan,
  messages: readonly MessageRef[],
  store: Pick<SeenStore, 'attempts'>,
): Plan {
  const held = messages.filter(({ uid }) => isUnsure(uid, store));
  if (held.length === 0) return plan;
  const left = held.map((ref) => ({ ref, because: 'unsure' }) as const);
  return { ...plan, leave: [...plan.leave, ...left] };
}

/** The unique-ids of those. */
export function unsureIn({ leave }: Plan): readonly string[] {
  return leave.flatMap(({ ref, because }) => (because === 'unsure' ? [ref.uid] : []));
}

/** What the account's poll fails with as long as nobody said what became of them. */
export function unsureFailure(account: string, uids: readonly string[]): Failure {
  const [uid = ''] = uids;
  const reason = 'may have delivered before it was killed';
  const hint = `Look whether ${uid} is there: then popfetch state skip ${account} UID, else popfetch state refetch ${account} UID.`;
  return new Failure('deliver_temp', reason, {
    phase: 'deliver',
    reason,
    uid,
    messages: uids.length,
    hint,
  });
}
