import type { Mistake, Span, Tree } from './tree.ts';

/** Names that `{account}`, `{email}`, `{user}` and `{host}` stand for; those not set are absent. */
export type Placeholders = Readonly<Partial<Record<PlaceholderName, string>>>;

export const placeholderNames = ['account', 'email', 'user', 'host'] as const;
export type PlaceholderName = (typeof placeholderNames)[number];

/** What a value is read with. */
export interface Reading {
  /** For `~`. */
  readonly home: string;
  /** Undefined where no account is in sight, so that none of them means anything. */
  readonly placeholders: Placeholders | undefined;
  /** Puts a problem on the list. Returns undefined, so that a reader can end with it. */
  report(span: Span, message: string, hint?: string): undefined;
}

/** Reads a value of the file; undefined when it reported why it cannot. */
export type Read<T> = (tree: Tree, reading: Reading) => T | undefined;

/** A reading for the value of one key: its messages begin with the key's name. */
export function readingFor(
  key: string,
  surroundings: Omit<Reading, 'report'>,
  mistakes: Mistake[],
): Reading {
  return {
    ...surroundings,
    report(span, message, hint) {
      mistakes.push({
        span,
        message: `${key}: ${message}`,
        ...(hint === undefined ? {} : { hint }),
      });
      return undefined;
    },
  };
}
