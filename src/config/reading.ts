import type { JsonSchema } from './json-schema.ts';
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
export interface Read<T> {
  (tree: Tree, reading: Reading): T | undefined;
  /** What values it takes, for editors; undefined where it reads a part of one. */
  readonly schema?: () => JsonSchema;
}

/** The value that is read, and a right one as people write it. */
export interface Subject {
  readonly span: Span;
  readonly example: string;
}

/**
 * A reading for the value of one key: its messages begin with the key's name. Where a reader has no better hint, the
 * subject's example is one.
 */
export function readingFor(
  key: string,
  surroundings: Omit<Reading, 'report'>,
  mistakes: Mistake[],
  subject?: Subject,
): Reading {
  const inGeneral = (span: Span) =>
    subject === undefined || (subject.span.start === span.start && subject.span.end === span.end)
      ? subject && `such as ${subject.example}`
      : `popfetch.yaml(5) says what ${key} takes`;
  return {
    ...surroundings,
    report(span, message, given) {
      const hint = given ?? inGeneral(span);
      mistakes.push({
        span,
        message: `${key}: ${message}`,
        ...(hint === undefined ? {} : { hint }),
      });
      return undefined;
    },
  };
}
