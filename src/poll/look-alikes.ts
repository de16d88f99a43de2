import { isNameless, lookAlikes, openMark, sharedMark, unnamedMark } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Listing } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';
import type { Plan } from './plan.ts';

/** Messages with the same unique-id and header, or neither and the same header. */
export interface Group {
  readonly uid: string;
  readonly mark: string;
  readonly refs: readonly MessageRef[];
}

export interface LookAlikes {
  /** Told from what is stored by their content only. */
  readonly suspects: ReadonlySet<string>;
  /** Not all of these were stored, or compared with what is. */
  readonly open: readonly Group[];
  /** Not yet on record: which unique-ids are shared or missing, and which groups are open. */
  readonly marks: readonly string[];
}

type Known = Pick<SeenStore, 'has' | 'isGone'>;

/**
 * What the records say of messages that look alike. Which of them stands first in the listing may change when one
 * leaves, so while some of a group are stored and others not, only their content tells which: all are compared. Once all
 * are stored none is fetched again, however many leave. Pure.
 */
export function lookAlikesAmong({ messages, oddities }: Listing, known: Known): LookAlikes {
  const suspects = new Set<string>();
  const open: Group[] = [];
  const marks = new Set<string>();
  for (const group of oddities === undefined ? [] : groupsOf(messages)) {
    const { uid, mark, refs } = group;
    const isShared = uid !== '' && known.has(sharedMark(uid));
    // Before the unique-id was shared, one of them may have been stored under it alone.
    const wasAlone = uid !== '' && known.has(uid);
    const isOpen = known.has(mark);
    const stored = refs.filter((ref) => known.has(ref.uid));
    const isSettled = !isOpen && refs.every((ref) => known.has(ref.uid) && !known.isGone(ref.uid));
    if (uid === '' && !known.has(unnamedMark)) marks.add(unnamedMark);
    if (uid !== '' && !isShared) for (const one of [uid, '']) marks.add(sharedMark(one));
    if (isSettled) continue;
    if (refs.length > 1 || isOpen) {
      open.push(group);
      if (!isOpen) marks.add(mark);
    }
    if (stored.length > 0 || wasAlone || isOpen) for (const ref of refs) suspects.add(ref.uid);
  }
  return { suspects, open, marks: [...marks] };
}

/** The records that a complete listing keeps alive, each once. `messages`: those of it that count. */
export function recordsOf(
  messages: readonly MessageRef[],
  { oddities }: Pick<Listing, 'oddities'>,
): readonly string[] {
  const uids = messages.map(({ uid }) => uid);
  return oddities === undefined ? uids : [...uids, ...new Set(uids.flatMap(marksOf))];
}

/** Of what was deleted, the identities that the next message may have: it is a new one. */
export function withoutUniqueId(deleted: Iterable<string>): readonly string[] {
  return [...deleted].filter((uid) => lookAlikes(uid) !== undefined || isNameless(uid));
}

/** Records that end with a session in which nothing was left out. */
export function settledMarks(
  open: readonly Group[],
  { leave }: Pick<Plan, 'leave'>,
): readonly string[] {
  const left = new Set(leave.map(({ ref }) => ref.uid));
  const settled = open.filter(({ refs }) => !refs.some(({ uid }) => left.has(uid)));
  return settled.map(({ mark }) => mark);
}

/** What is on record besides a message that its unique-id alone does not name. */
function marksOf(identity: string): readonly string[] {
  const alike = lookAlikes(identity);
  if (alike === undefined) return [];
  const marks = [sharedMark(alike.uid), sharedMark(''), openMark(alike.group)];
  return alike.uid === '' ? [unnamedMark, ...marks] : marks;
}

function groupsOf(messages: readonly MessageRef[]): readonly Group[] {
  const groups = new Map<string, { uid: string; mark: string; refs: MessageRef[] }>();
  for (const ref of messages) {
    const alike = lookAlikes(ref.uid);
    if (alike === undefined) continue;
    const group = groups.get(alike.group);
    if (group !== undefined) group.refs.push(ref);
    else groups.set(alike.group, { uid: alike.uid, mark: openMark(alike.group), refs: [ref] });
  }
  return [...groups.values()];
}
