import type { Checked, Destination, StoredPlace } from '../destination.ts';
import { parsePlaces } from './place.ts';

/**
 * What became of messages in each part that their last promise names. What a part got before that, when another one
 * refused it, is not looked for.
 */
export async function checkParts(
  members: ReadonlyMap<string, Destination>,
  stored: readonly StoredPlace[],
): Promise<readonly Checked[]> {
  const said = stored.map(() => new Map<string, Checked['state']>());
  const places = stored.map(({ place }) => parsePlaces(place));
  for (const [id, member] of members) {
    const theirs = stored.flatMap((one, at) => {
      const all = places[at];
      const place = all === undefined ? one.place : all.get(id);
      return place === undefined ? [] : [{ at, stored: { ...one, place } }];
    });
    const checked = await member.check?.(theirs.map((one) => one.stored));
    for (const [index, { at }] of theirs.entries())
      said[at]?.set(id, checked?.[index]?.state ?? 'unknown');
  }
  return said.map((states, at) => together(states, places[at] === undefined));
}

function together(states: ReadonlyMap<string, Checked['state']>, wasSingle: boolean): Checked {
  const all = [...states.values()];
  const one = (state: Checked['state']) => all.includes(state);
  // What the only destination of then has is in one of them at most.
  if (wasSingle) return { state: one('intact') ? 'intact' : 'unknown' };
  const intact = [...states].flatMap(([id, state]) =>
    state === 'intact' || state === 'unknown' ? [id] : [],
  );
  if (one('changed')) return { state: 'changed', intact };
  if (one('missing')) return { state: 'missing', intact };
  return { state: one('intact') ? 'intact' : 'unknown' };
}
