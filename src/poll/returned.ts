import type { HeaderPrint } from '../mail/fingerprint.ts';
import { lookAlikes } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SourceSession } from '../source/source.ts';
import type { SeenStore } from '../state/seen-store.ts';

/** More at once is a glitch that is over, or a window that moved: no server gives so many old unique-ids anew. */
const mostAsked = 1000;

/** Listed again under unique-ids that left the maildrop. */
export function returnedAmong(
  messages: readonly MessageRef[],
  store: Pick<SeenStore, 'has' | 'isGone'>,
): readonly MessageRef[] {
  return messages.filter(({ uid }) => store.isGone(uid) && store.has(uid));
}

/**
 * Which of these known unique-ids have another header than what was stored under them: servers that make them from the
 * content, or count anew, give them to other messages. What has its own header, or had none on record, is known.
 */
export async function othersUnder(
  known: readonly MessageRef[],
  session: Pick<SourceSession, 'headers'>,
  store: Pick<SeenStore, 'remembered'>,
): Promise<ReadonlySet<string>> {
  const asked = known.filter(({ uid }) => lookAlikes(uid) === undefined);
  if (asked.length === 0 || asked.length > mostAsked) return new Set();
  const headers = new Map<string, Set<string>>(asked.map(({ uid }) => [uid, new Set()]));
  await store.remembered(({ uid, stored: { print } }) => {
    if (print !== undefined) headers.get(uid)?.add(print.header);
  });
  return unlike(asked, await session.headers(asked), headers);
}

function unlike(
  asked: readonly MessageRef[],
  prints: readonly (HeaderPrint | undefined)[],
  headers: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const others = asked.filter(({ uid }, index) => {
    const print = prints[index];
    const known = headers.get(uid);
    return print !== undefined && known !== undefined && known.size > 0 && !known.has(print.header);
  });
  return new Set(others.map(({ uid }) => uid));
}
