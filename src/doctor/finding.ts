import { type Failure, type FailureCode, stackOf } from '../errors.ts';
import { describe } from '../log/words.ts';
import { fixFor } from './fixes.ts';

/** What was looked at. */
export type Check =
  | 'node'
  | 'clock'
  | 'config'
  | 'state'
  | 'disk'
  | 'lock'
  | 'password'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'greeting'
  | 'capa'
  | 'login'
  | 'maildrop'
  | 'uidl'
  | 'policy'
  | 'deliver';

/** What was found: one line, and what belongs below it. The texts are not made safe for a terminal. */
export interface Finding {
  /** error: mail cannot be fetched or stored. warn: something to look at. */
  readonly level: 'ok' | 'warn' | 'error';
  readonly check: Check;
  readonly text: string;
  readonly details?: readonly string[];
  /** What to do about it. */
  readonly fix?: string;
  /** What it comes from; of an error, which always has one, the exit status follows from it. */
  readonly failure?: Failure;
}

/** What is found is about one account, or about all that is common to them. */
export type AccountFinding = Finding & { readonly account?: string };

export function ok(check: Check, text: string): Finding {
  return { level: 'ok', check, text };
}

export function warn(check: Check, text: string, fix?: string): Finding {
  return { level: 'warn', check, text, ...(fix !== undefined && { fix }) };
}

/** Where and when a failure was met. */
export interface FailureContext {
  /** ms since 1970. */
  readonly now: number;
  readonly account?: string;
  readonly host?: string;
  readonly port?: number;
  readonly destination?: string;
}

/** A failure in the words that a poll would have for it, and always with a way out. */
export function trouble(check: Check, failure: Failure, context: FailureContext): Finding {
  const { headline, details, hint } = describe(failure, context);
  const stack = stackOf(failure)?.split('\n') ?? [];
  const said = [...details.filter((line) => !line.startsWith('temporary,')), ...stack];
  return {
    level: ofTheMoment.has(failure.code) ? 'warn' : 'error',
    check,
    text: headline,
    ...(said.length > 0 && { details: said }),
    fix: hint ?? fixFor(failure),
    failure,
  };
}

/** They say that somebody else is at it just now, and nothing of what is set up here. */
const ofTheMoment: ReadonlySet<FailureCode> = new Set([
  'in_use',
  'login_delay',
  'locked',
  'destination_locked',
]);
