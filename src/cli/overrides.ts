import type { AccountConfig, DestinationSettings } from '../config/config.ts';
import { parseDuration, parseSize } from '../config/quantities.ts';
import { Failure } from '../errors.ts';
import type { OnceOptions } from './args/once.ts';

export interface Overrides {
  readonly account: (account: AccountConfig) => AccountConfig;
  /** ms to wait for another popfetch's lock. */
  readonly wait: number;
}

/** What the command line says otherwise than the configuration, for this run. */
export function overrides(
  { keep, limit, maxSize, wait }: OnceOptions,
  deliver: DestinationSettings | undefined,
): Overrides {
  const size =
    maxSize === undefined
      ? undefined
      : quantity(parseSize, maxSize, '--max-size takes a size: 50MB');
  return {
    account: (account) => ({
      ...account,
      keep: keep ?? account.keep,
      limit: limit ?? account.limit,
      maxSize: size ?? account.maxSize,
      deliver: deliver ?? account.deliver,
    }),
    wait: wait === undefined ? 0 : quantity(parseDuration, wait, '--wait takes a duration: 30s'),
  };
}

function quantity(
  parse: (text: string) => number | undefined,
  text: string,
  complaint: string,
): number {
  const value = parse(text);
  if (value === undefined) throw new Failure('usage', `${complaint}, not "${text}"`);
  return value;
}
