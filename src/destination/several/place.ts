/** What stands where no part was left to deliver to. */
const nowhere = '-';

/** The places of one message, by the parts that it goes to. */
export function formatPlaces(places: ReadonlyMap<string, string>): string {
  if (places.size === 0) return nowhere;
  return [...places].map(([id, place]) => `${id}=${encodeURIComponent(place)}`).join(';');
}

/** Undefined for what a destination wrote that was the only one then. */
export function parsePlaces(text: string): ReadonlyMap<string, string> | undefined {
  const places = new Map<string, string>();
  if (text === nowhere) return places;
  for (const piece of text.split(';')) {
    const [, id, place] = /^([0-9a-f]{12})=([\w\-.!~*'()%]*)$/.exec(piece) ?? [];
    if (id === undefined || place === undefined) return undefined;
    places.set(id, decoded(place));
  }
  return places;
}

/** Text that we did not encode stays as it is. */
function decoded(place: string): string {
  try {
    return decodeURIComponent(place);
  } catch {
    return place;
  }
}
