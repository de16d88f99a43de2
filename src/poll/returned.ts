import type { HeaderPrint } from '../mail/fingerprint.ts';
import { lookAlikes } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';

/** More at once is a glitch that is over, or a window that moved: no server gives so many old unique-ids anew. */
const mostAsked = 1000;

/**
 * Unique-ids that left the maildrop and are listed again, but with another header: servers that make them from the content,
 * or count anew, give them to other messages. What comes back with its own header, or had none on record, is known.
 */
export async function othersUnderOldIds(
  messages: readonly MessageRef[],
  session: Pick<SourceSession, 'headers'>,
  store: Pick<SeenStore, 'has' | 'isGone' | 'remembered'>,
): Promise<ReadonlySet<string>> {
  const returned = messages.filter(
    ({ uid }) => store.isGone(uid) && store.has(uid) && lookAlikes(uid) === undefined,
  );
  if (returned.length === 0 || returned.length > mostAsked) return new Set();
  const headers = new Map<string, Set<string>>(returned.map(({ uid }) => [uid, new Set()]));
  await store.remembered(({ uid, stored: { print } }) => {
    if (print !== undefined) headers.get(uid)?.add(print.header);
  });
  return unlike(returned, await session.headers(returned), headers);
}

function unlike(
  returned: readonly MessageRef[],
  prints: readonly (HeaderPrint | undefined)[],
  headers: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const others = returned.filter(({ uid }, index) => {
    const print = prints[index];
    const known = headers.get(uid);
    return print !== undefined && known !== undefined && known.size > 0 && !known.has(print.header);
  });
  return new Set(others.map(({ uid }) => uid));
}
