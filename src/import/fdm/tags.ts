import type { Surroundings } from '../plan.ts';

export type Filled =
  | { readonly kind: 'filled'; readonly text: string }
  | { readonly kind: 'unknown'; readonly tag: string };

/** Fills in the tags that are the same for every message of an account. */
export function withTags(text: string, account: string, { home, user }: Surroundings): Filled {
  const known: ReadonlyMap<string, string> = new Map([
    ['%', '%'],
    ['h', home],
    ['home', home],
    ['u', user],
    ['user', user],
    ['a', account],
    ['account', account],
  ]);
  let unknown: string | undefined;
  const filled = text.replace(/%(?:\[([^\]]*)\]|([A-Za-z0-9%]))/g, (tag, long, short) => {
    const value = known.get(String(long ?? short));
    if (value === undefined) unknown ??= tag;
    return value ?? tag;
  });
  return unknown === undefined
    ? { kind: 'filled', text: filled }
    : { kind: 'unknown', tag: unknown };
}
