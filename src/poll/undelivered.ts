import { Failure, type FailureScope } from '../errors.ts';

/** Farthest last. */
const reaches: readonly FailureScope[] = ['message', 'poll', 'account', 'run'];

interface Reason {
  readonly failure: Failure;
  messages: number;
}

/** Why messages could not be delivered, and how many for each reason. */
export class Undelivered {
  readonly #reasons = new Map<string, Reason>();

  add(failure: Failure): void {
    const { reason: deed = failure.message, destination = '' } = failure.facts;
    const key = `${failure.code} ${destination} ${deed}`;
    const reason = this.#reasons.get(key) ?? { failure, messages: 0 };
    this.#reasons.set(key, reason);
    reason.messages += 1;
  }

  /** The one that reaches farthest, and of those first one that does not pass by itself; it tells of how many messages. */
  worst(): Failure | undefined {
    const [worst] = [...this.#reasons.values()].sort(
      (a, b) => weight(b.failure) - weight(a.failure),
    );
    if (worst === undefined || worst.failure.nature.scope !== 'message') return worst?.failure;
    const { code, message, facts, cause } = worst.failure;
    return new Failure(code, message, { ...facts, messages: worst.messages }, cause);
  }
}

function weight({ nature: { scope, temporary } }: Failure): number {
  return 2 * reaches.indexOf(scope) + (temporary ? 0 : 1);
}
