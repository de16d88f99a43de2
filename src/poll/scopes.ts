import { isUnnamed, lookAlikes } from '../mail/identity.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SeenStore } from '../state/seen-store.ts';

/** Among what is stored a message is sought. All of it pure. */
export interface Scope {
  /** Whether what is stored under this identity is part of it. */
  readonly holds: (stored: string) => boolean;
  /** Whether that stands for another message of the listing. */
  readonly isTaken: (stored: string) => boolean;
  /** Whether what is listed as the one may be stored as the other. */
  readonly fits: (listed: string, stored: string) => boolean;
}

/** All that is stored under identities that are not listed. `suspects`: their identities do not count. */
export function vanished(messages: readonly MessageRef[], suspects: ReadonlySet<string>): Scope {
  const listed = new Set(messages.map(({ uid }) => uid));
  const isTaken = (stored: string) => listed.has(stored) && !suspects.has(stored);
  return { holds: () => true, isTaken, fits: () => true };
}

/** What was stored under the same unique-id, or without one and with the same header, as these look-alikes. */
export function lookAlikesOf(suspects: ReadonlySet<string>): Scope {
  const names = new Set([...suspects].map(nameOfLookAlike));
  return {
    holds: (stored) => names.has(nameOfLookAlike(stored)),
    isTaken: () => false,
    fits: (listed, stored) => nameOfLookAlike(listed) === nameOfLookAlike(stored),
  };
}

/** Messages of which some may be stored under another kind of identity. */
interface Renamed {
  readonly refs: readonly MessageRef[];
  readonly suspects: ReadonlySet<string>;
  /** Their headers show that there is only one such message. */
  readonly dated: ReadonlySet<string>;
}

/**
 * What was stored without a unique-id for messages that have one, and the other way round. What left the maildrop before
 * may have come once more as a new message, unless that is `dated`.
 */
export function withOrWithoutUniqueId(
  messages: readonly MessageRef[],
  { refs, suspects, dated }: Renamed,
  store: Pick<SeenStore, 'isGone'>,
): Scope {
  const { isTaken } = vanished(messages, suspects);
  const alike = lookAlikesOf(suspects);
  const hasUnnamed = refs.some(({ uid }) => isUnnamed(uid));
  const hasNamed = refs.some(({ uid }) => !isUnnamed(uid));
  return {
    isTaken,
    holds: (stored) => (isUnnamed(stored) ? hasNamed : hasUnnamed) || alike.holds(stored),
    fits: (listed, stored) => {
      if (suspects.has(listed) && alike.fits(listed, stored)) return true;
      const isChange = isUnnamed(listed) !== isUnnamed(stored);
      return isChange && (dated.has(listed) || !store.isGone(stored));
    },
  };
}

/** The unique-id that they share, else the header. */
function nameOfLookAlike(identity: string): string {
  const alike = lookAlikes(identity);
  if (alike === undefined) return identity;
  return alike.uid === '' ? alike.group : alike.uid;
}
