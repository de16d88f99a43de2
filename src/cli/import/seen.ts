import type { ImportedUid } from '../../import/plan.ts';
import { foldedMark, importedFromMark, importedMark } from '../../mail/identity.ts';
import type { SavedRecord, SeenStore } from '../../state/seen-store.ts';

interface Fetched {
  readonly tool: string;
  readonly seen: readonly ImportedUid[];
  /** Whether messages are to leave the server some time after they were fetched. */
  readonly leaves: boolean;
}

/**
 * What goes on record of messages that another program has fetched. As popfetch did not store them they never leave the
 * server, unless the program noted when it saw them and they are to leave it by their age.
 */
export function recordsOf({ tool, seen, leaves }: Fetched, now: number): readonly SavedRecord[] {
  const records = seen.flatMap(({ uid, at, folded = false }): readonly SavedRecord[] => {
    const state = leaves && at !== undefined ? 'delivered' : 'marked';
    const record = { uid, state, at: at?.getTime() ?? now } as const;
    // The same text may stand for a unique-id with a slash, or with none.
    return folded && uid.includes('-') ? [record, { ...record, uid: foldedMark(uid) }] : [record];
  });
  if (records.length === 0) return [];
  const marks = [importedMark, importedFromMark(tool)];
  return [...records, ...marks.map((uid) => ({ uid, state: 'marked', at: now }) as const)];
}

/**
 * Of these records, those of which nothing is on record; none is only a mark: one of a list that is known already would
 * stop a poll that has nothing to do with it.
 */
export function missingFrom(
  store: Pick<SeenStore, 'has' | 'isMet' | 'attempts' | 'partsOf'>,
  records: readonly SavedRecord[],
): readonly SavedRecord[] {
  const isOnRecord = (uid: string): boolean =>
    store.has(uid) || store.attempts(uid) !== undefined || store.partsOf(uid).length > 0;
  const missing = records.filter(({ uid }) => !isOnRecord(uid));
  return store.isMet || missing.every(({ uid }) => isImportedMark(uid))
    ? missing.filter(({ uid }) => !isImportedMark(uid))
    : missing;
}

function isImportedMark(uid: string): boolean {
  return uid.startsWith(importedMark);
}
