import type { Intent } from '../../mail/intent.ts';
import type { Destination, Recovered } from '../destination.ts';
import { parsePlaces } from './place.ts';

/** One promise, and what its parts said. */
interface Promised {
  readonly intent: Intent;
  /** By part; undefined where a single destination promised it, before the configuration changed. */
  readonly places: ReadonlyMap<string, string> | undefined;
  readonly delivered: Set<string>;
  /** What parts of parts have it: recipients. */
  readonly within: Set<string>;
  isUnsure: boolean;
}

/** Lets each part settle what it promised, and sweep; puts together what they say. */
export async function recoverParts(
  members: ReadonlyMap<string, Destination>,
  intents: readonly Intent[],
  bootId: string,
): Promise<readonly Recovered[]> {
  const all = intents.map((intent): Promised => {
    const places = parsePlaces(intent.place);
    return { intent, places, delivered: new Set(), within: new Set(), isUnsure: false };
  });
  for (const [id, member] of members) {
    const theirs = all.flatMap((promised) => {
      const { intent, places } = promised;
      const place = places === undefined ? intent.place : places.get(id);
      return place === undefined ? [] : [{ promised, intent: { ...intent, place } }];
    });
    const recovered = await member.recover(
      theirs.map(({ intent }) => intent),
      bootId,
    );
    for (const [at, { promised }] of theirs.entries()) {
      const { state, parts = [] } = recovered[at] ?? {};
      for (const part of parts) promised.within.add(part);
      if (state === 'delivered') promised.delivered.add(id);
      if (state === 'unsure') promised.isUnsure = true;
    }
  }
  return all.map((promised) => together(promised, members));
}

function together(
  { intent: { uid }, places, delivered, within, isUnsure }: Promised,
  members: ReadonlyMap<string, Destination>,
): Recovered {
  const parts = [...delivered, ...within];
  if (isUnsure) return { uid, state: 'unsure', parts };
  // What the only destination of then has was delivered as it was to be then.
  if (places === undefined) return { uid, state: delivered.size > 0 ? 'delivered' : 'absent' };
  // Of parts that are no longer configured nothing is known: they have no say, but do not make a message whole either.
  const isWhole = [...places.keys()].every((id) => members.has(id) && delivered.has(id));
  if (isWhole) return { uid, state: 'delivered' };
  return parts.length > 0 ? { uid, state: 'partial', parts } : { uid, state: 'absent' };
}
