import { Failure } from '../errors.ts';

/** Why a signal fired: its reason where that is a Failure (a deadline), else that somebody interrupted us. */
export function interruption(signal: AbortSignal): Failure {
  const reason: unknown = signal.reason;
  return reason instanceof Failure ? reason : new Failure('interrupted', 'interrupted', {}, reason);
}
