import { Failure } from '../errors.ts';
import { foldedMark, importedFromMark, importedMark, isMark } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SavedRecord, SeenStore } from '../state/seen-store.ts';
import type { DeliveredMessages } from './retention.ts';

/** What a listing says of a seen list that was imported from another program. */
export interface Imported {
  /** Whose it is, when this is the first listing; undefined when an earlier one held something of it. */
  readonly tool: string | undefined;
  /** Messages that the other program has fetched. */
  readonly fetched: number;
  readonly listed: number;
  /** How many of the listed ones it has fetched. */
  readonly known: number;
  /** What is on record of listed messages that it noted with `-` for each `/`, under their own unique-ids. */
  readonly folded: readonly SavedRecord[];
}

/** Undefined where nothing was imported, or all of it was understood before. Changes nothing. */
export async function importedAmong(
  messages: readonly MessageRef[],
  store: Pick<SeenStore, 'has' | 'saved'>,
): Promise<Imported | undefined> {
  const isFirst = store.has(importedMark);
  const folded = messages.filter(({ uid }) => !store.has(uid) && store.has(foldedMark(uid)));
  if (!isFirst && folded.length === 0) return undefined;
  const records = new Map<string, SavedRecord>();
  let tool: string | undefined;
  let fetched = 0;
  await store.saved((record) => {
    const { uid } = record;
    if (uid.startsWith(importedFromMark(''))) tool = uid.slice(importedFromMark('').length);
    else if (uid.startsWith(foldedMark(''))) records.set(uid, record);
    else if (!isMark(uid)) fetched++;
  });
  const known = messages.filter(({ uid }) => store.has(uid) || store.has(foldedMark(uid))).length;
  return {
    tool: isFirst ? (tool ?? 'another program') : undefined,
    fetched,
    listed: messages.length,
    known,
    folded: folded.map(({ uid }) => {
      const { state = 'marked', at = 0 } = records.get(foldedMark(uid)) ?? {};
      return { uid, state, at };
    }),
  };
}

/**
 * Throws a Failure with code `state` where the other program seems to have fetched none of what is listed: it was another
 * maildrop, or the server has given new unique-ids since. To go on would fetch everything once more.
 */
export function refuseUnlessKnown(account: string, imported: Imported): void {
  const { tool, fetched, listed, known } = imported;
  if (tool === undefined || known > 0 || fetched === 0 || listed === 0) return;
  const reason = `none of the ${listed} messages on the server is among the ${fetched} that ${tool} has fetched`;
  throw new Failure('state', reason, {
    phase: 'state',
    reason,
    hint: `Nothing was fetched. "popfetch state skip ${account} --all" takes all that is there for seen, "popfetch --once --all ${account}" fetches all of it, "popfetch state forget ${account}" forgets the imported list.`,
  });
}

/** From now on its messages are known by their own unique-ids. */
export async function takeImported(
  { folded }: Imported,
  store: Pick<SeenStore, 'forget' | 'restore' | 'has'>,
): Promise<void> {
  await store.restore(folded);
  const done = [importedMark, ...folded.map(({ uid }) => foldedMark(uid))];
  await store.forget(done.filter((mark) => store.has(mark)));
}

/** As they are known when `takeImported` has been. */
export function withFolded(known: DeliveredMessages, { folded }: Imported): DeliveredMessages {
  const records = new Map(folded.map((record) => [record.uid, record]));
  return {
    has: (uid) => known.has(uid) || records.has(uid),
    deliveredAt: (uid) => {
      const { state, at } = records.get(uid) ?? {};
      return state === 'delivered' ? at : known.deliveredAt(uid);
    },
  };
}
