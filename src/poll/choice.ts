import type { MessageRef } from '../mail/message.ts';

/** Which of the new messages a run takes. Undefined: no limit. */
export interface Choice {
  /** Octets; what is listed larger stays on the server. */
  readonly maxSize: number | undefined;
  /** New messages per run. */
  readonly limit: number | undefined;
  /** Octets per run. */
  readonly maxBytes: number | undefined;
  readonly order: 'oldest' | 'newest' | 'smallest';
}

export interface Chosen {
  readonly retrieve: readonly MessageRef[];
  readonly leave: readonly {
    readonly ref: MessageRef;
    readonly because: 'too-large' | 'over-limit';
  }[];
}

/**
 * Takes new messages in the wanted order until a limit is reached; the rest is left for a later run. One message is taken
 * in any case: one larger than `maxBytes` would stay on the server for ever. Pure.
 */
export function choose(fresh: readonly MessageRef[], choice: Choice): Chosen {
  const unlimited = Number.POSITIVE_INFINITY;
  const { maxSize = unlimited, limit = unlimited, maxBytes = unlimited, order } = choice;
  const retrieve: MessageRef[] = [];
  const leave: Chosen['leave'][number][] = [];
  let octets = 0;
  let isFull = false;
  for (const ref of inOrder(fresh, order)) {
    if (ref.size > maxSize) {
      leave.push({ ref, because: 'too-large' });
      continue;
    }
    const fits = retrieve.length === 0 || octets + ref.size <= maxBytes;
    isFull ||= retrieve.length >= limit || !fits;
    if (isFull) leave.push({ ref, because: 'over-limit' });
    else {
      retrieve.push(ref);
      octets += ref.size;
    }
  }
  return { retrieve, leave };
}

/** Listings are in the order of arrival. */
function inOrder(fresh: readonly MessageRef[], order: Choice['order']): readonly MessageRef[] {
  switch (order) {
    case 'oldest':
      return fresh;
    case 'newest':
      return fresh.toReversed();
    case 'smallest':
      return fresh.toSorted((one, other) => one.size - other.size || one.number - other.number);
    default:
      return order satisfies never;
  }
}
