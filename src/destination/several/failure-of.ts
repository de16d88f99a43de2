import { Failure } from '../../errors.ts';
import type { Destination } from '../destination.ts';

/**
 * What went wrong with one of several destinations, with that one's name. What comes through it from elsewhere, as from
 * the line that the message comes over, or from another one, stays as it is; so does a bug.
 */
export function failureOf(member: Destination, failure: Failure): Failure;
export function failureOf(member: Destination, thrown: unknown): unknown;
export function failureOf({ label }: Destination, thrown: unknown): unknown {
  if (!(thrown instanceof Failure) || thrown.nature.origin === 'wire') return thrown;
  const { code, message, facts, cause } = thrown;
  return new Failure(code, message, { destination: label, ...facts }, cause);
}
