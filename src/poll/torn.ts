import { Failure } from '../errors.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SeenStore, Trouble } from '../state/seen-store.ts';
import type { Plan } from './plan.ts';

/** What the record of such trouble says. */
export const tore = 'tore the session';
/** Perhaps it was the line: the message is blamed when the next time it comes no further. */
const lineFailed = 'the line failed in it';
const stuck = 'the line fails in it again and again';

/** What goes on record of a message in which the line failed, or the server fell silent. Pure. */
export function strike(
  uid: string,
  store: Pick<SeenStore, 'attempts'>,
): { readonly why: string; readonly isBlamed: boolean } {
  const before = store.attempts(uid)?.why;
  if (before === tore) return { why: tore, isBlamed: true };
  const isBlamed = before === lineFailed || before === stuck;
  return { why: isBlamed ? stuck : lineFailed, isBlamed };
}

/** Then the server will not send it better tomorrow; but a line may have been torn by chance. */
const soonTries = 3;
/** A line that is bad today may be good tomorrow. */
const soonTriesWhereStuck = 10;
const laterEvery = 24 * 3600 * 1000;

/** A message that broke a session is tried again alone: a few times soon, then once a day. Pure. */
function isWorthAnotherTry({ count, why, at }: Trouble, now: number): boolean {
  const soon = why === stuck ? soonTriesWhereStuck : soonTries;
  return count < soon || Math.abs(now - at) >= laterEvery;
}

export interface Sorted {
  readonly plan: Plan;
  /** Wanted, but they broke sessions. */
  readonly torn: readonly MessageRef[];
}

/**
 * Takes out of the plan what broke a session before: whatever comes behind it would not come at all. `last` says which of
 * them are tried all the same, behind everything else. Pure.
 */
export function withoutTorn(
  plan: Plan,
  store: Pick<SeenStore, 'attempts'>,
  last: (uid: string) => boolean,
): Sorted {
  const isTorn = ({ uid }: MessageRef): boolean => {
    const why = store.attempts(uid)?.why;
    return why === tore || why === stuck;
  };
  const broke = plan.retrieve.filter(isTorn);
  if (broke.length === 0) return { plan, torn: [] };
  const torn = broke.filter(({ uid }) => !last(uid));
  const retrieve = [
    ...plan.retrieve.filter((ref) => !isTorn(ref)),
    ...broke.filter(({ uid }) => last(uid)),
  ];
  const left = torn.map((ref) => ({ ref, because: 'breaks-session' }) as const);
  return { plan: { ...plan, retrieve, leave: [...plan.leave, ...left] }, torn };
}

/** Sessions of a run for one message each that may break: as long as they do not, there is no end to be feared. */
export const mostBrokenAlone = 3;

/** Those that are tried again now, each in a session of its own. Pure. */
export function toTryAlone(
  uids: readonly string[],
  store: Pick<SeenStore, 'attempts'>,
  now: number,
): readonly string[] {
  const isDue = (uid: string): boolean => {
    const trouble = store.attempts(uid);
    return trouble !== undefined && isWorthAnotherTry(trouble, now);
  };
  return uids.filter(isDue);
}

/** What the account's poll fails with: these cannot be had. */
export function tornFailure(torn: readonly string[], cause: Failure | undefined): Failure {
  const named = torn.slice(0, 3).join(', ');
  const more = torn.length > 3 ? ` and ${torn.length - 3} more` : '';
  const which = `message${torn.length === 1 ? '' : 's'} ${named}${more}`;
  const why = cause?.facts.reason === undefined ? '' : ` (${cause.facts.reason})`;
  const reason = `it breaks off in ${which}, left on the server${why}`;
  const [uid = ''] = torn;
  return new Failure('protocol', reason, { ...cause?.facts, phase: 'retr', reason, uid }, cause);
}
