import type { HeaderPrint } from '../mail/fingerprint.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Remembered, SeenStore } from '../state/seen-store.ts';
import type { Recogniser } from './recogniser.ts';

/** On record while not everything was compared that came with new unique-ids. */
export const churnMark = '#churn';

/**
 * Whether the server may have given all its messages new unique-ids, as after it was moved, or while it refuses to list
 * any (UIDL): some were there, and none of them is. While it is being moved it may list nothing at all. Pure.
 */
export function isChurn(
  messages: readonly MessageRef[],
  store: Pick<SeenStore, 'has' | 'present'>,
): boolean {
  if (store.has(churnMark)) return true;
  return store.present > 0 && messages.every(({ uid }) => !store.has(uid));
}

export interface Same {
  readonly ref: MessageRef;
  readonly as: Remembered;
}

/**
 * Those whose header alone shows that they are stored already, so that they need not be retrieved: it names the message
 * and the way that it came, and no other message here or there has it. The rest is compared when it has come.
 */
export function sameByHeader(
  refs: readonly MessageRef[],
  prints: readonly (HeaderPrint | undefined)[],
  recogniser: Pick<Recogniser, 'withHeader'>,
): readonly Same[] {
  const counts = new Map<string, number>();
  for (const print of prints)
    if (print !== undefined) counts.set(print.header, (counts.get(print.header) ?? 0) + 1);
  return refs.flatMap((ref, index) => {
    const print = prints[index];
    if (print?.isTelling !== true || counts.get(print.header) !== 1) return [];
    const as = recogniser.withHeader(print.header);
    return as === undefined ? [] : [{ ref, as }];
  });
}
