import type { Failure } from '../../errors.ts';
import type { Intent } from '../../mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../../mail/message.ts';
import type {
  Checked,
  Delivery,
  Destination,
  FailedDelivery,
  Recovered,
  StoredPlace,
} from '../destination.ts';
import { partId } from '../spool/part-id.ts';
import { checkParts } from './check.ts';
import { digest } from './digest.ts';
import { failureOf } from './failure-of.ts';
import { LockStep } from './lock-step.ts';
import { formatPlaces } from './place.ts';
import { recoverParts } from './recover.ts';

/** One of several destinations. */
export interface Part {
  /** What makes it another destination when it changes: its kind and where it leads. */
  readonly identity: string;
  readonly destination: Destination;
}

/**
 * Several destinations as one: a message counts as delivered when all of them have it. It is read once and written to
 * all of them at the same time. What only some took is on record by parts, and goes to the others alone next time.
 * Order in the configuration has no meaning.
 */
export function several(label: string, parts: readonly Part[]): Destination {
  const members = new Map<string, Destination>();
  for (const { identity, destination } of parts) members.set(partId(identity), destination);
  // Those that lock something come last and are committed first: their locks are held for the shortest time. All of
  // this program take locks in the same order, so that two never wait for each other.
  const locks = (member: Destination) => ('release' in member ? 1 : 0);
  const sorted = [...members].sort(
    ([a, one], [b, other]) => locks(one) - locks(other) || (a < b ? -1 : 1),
  );
  return new Several(label, new Map(sorted));
}

/** By part: the delivery that it holds of one message. */
type Held = ReadonlyMap<string, Delivery>;

class Several implements Destination {
  readonly label: string;
  readonly #members: ReadonlyMap<string, Destination>;
  readonly #held = new WeakMap<Delivery, Held>();

  constructor(label: string, members: ReadonlyMap<string, Destination>) {
    this.label = label;
    this.#members = members;
  }

  async prepare(): Promise<void> {
    for (const member of this.#members.values()) await member.prepare();
  }

  async accept(message: RetrievedMessage, envelope: Envelope): Promise<Delivery> {
    const { already = [] } = envelope;
    const wanting = [...this.#members].filter(([id]) => !already.includes(id));
    const held = await this.#acceptAll(wanting, message, envelope);
    const [first] = held.values();
    const { uid } = message.ref;
    const delivery: Delivery =
      first === undefined ? { uid, ...(await digest(message.content)) } : { ...first };
    this.#held.set(delivery, held);
    return delivery;
  }

  /** All or none. */
  async #acceptAll(
    wanting: readonly (readonly [string, Destination])[],
    { ref, content }: RetrievedMessage,
    envelope: Envelope,
  ): Promise<Held> {
    if (wanting.length === 0) return new Map();
    const lockStep = new LockStep(content, wanting.length);
    const accepting = wanting.map(async ([id, member], reader) => {
      try {
        const part = await member.accept({ ref, content: lockStep.reader() }, envelope);
        return [id, part] as const;
      } catch (thrown) {
        const told = failureOf(member, thrown);
        lockStep.break(told);
        throw told;
      } finally {
        lockStep.leave(reader);
      }
    });
    const outcomes = await Promise.allSettled(accepting);
    const held = new Map(
      outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    );
    const failed = outcomes.find((one) => one.status === 'rejected');
    if (failed === undefined) return held;
    await this.#abortAll(held);
    await lockStep.close();
    throw failed.reason;
  }

  async secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const failures = new Map<Delivery, Failure>();
    for (const [id, member] of this.#members) {
      // What failed in one is not shown to the next: some make promises for all that they get.
      const standing = batch.filter((delivery) => !failures.has(delivery));
      const { deliveries, wholeOf } = this.#partsIn(id, standing);
      if (deliveries.length === 0) continue;
      for (const { delivery, failure } of await member.secure(deliveries))
        failures.set(wholeOf(delivery), failureOf(member, failure));
    }
    for (const delivery of failures.keys()) await this.abort(delivery);
    return [...failures].map(([delivery, failure]) => ({ delivery, failure }));
  }

  intent(delivery: Delivery): Omit<Intent, 'bootId'> {
    const places = new Map<string, string>();
    for (const [id, part] of this.#heldFor(delivery))
      places.set(id, this.#member(id).intent(part).place);
    const { uid, size, sha256 } = delivery;
    return { uid, place: formatPlaces(places), size, sha256 };
  }

  async commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const failures = new Map<Delivery, Map<string, FailedDelivery>>();
    for (const [id, member] of [...this.#members].toReversed()) {
      const { deliveries, wholeOf } = this.#partsIn(id, batch);
      if (deliveries.length === 0) continue;
      for (const failed of await member.commit(deliveries)) {
        const whole = wholeOf(failed.delivery);
        const ofOne = failures.get(whole) ?? new Map<string, FailedDelivery>();
        const failure = failureOf(member, failed.failure);
        failures.set(whole, ofOne.set(id, { ...failed, failure }));
      }
    }
    return [...failures].map(([delivery, ofOne]) => this.#failed(delivery, ofOne));
  }

  /** Says which parts have it only where it is known of all: the others' promises are withdrawn with that. */
  #failed(delivery: Delivery, failures: ReadonlyMap<string, FailedDelivery>): FailedDelivery {
    const all = [...failures.values()].map(({ failure }) => failure);
    const [first] = all;
    if (first === undefined) throw new TypeError('failed without a failure');
    // What passes by itself must not lead to quarantine, and what lasts must be said.
    const failure = all.find(({ nature }) => nature.scope !== 'message') ?? lasting(all) ?? first;
    if (!all.every(({ code }) => code === 'deliver_perm' || code === 'deliver_temp'))
      return { delivery, failure };
    const whole = [...this.#heldFor(delivery).keys()].filter((id) => !failures.has(id));
    const within = [...failures.values()].flatMap(({ parts = [] }) => parts);
    return { delivery, failure, parts: [...whole, ...within] };
  }

  pathOf(delivery: Delivery): string | undefined {
    for (const [id, part] of this.#heldFor(delivery)) {
      const path = this.#member(id).pathOf(part);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  async release(): Promise<void> {
    for (const member of this.#members.values()) await member.release?.();
  }

  async abort(delivery: Delivery): Promise<void> {
    await this.#abortAll(this.#heldFor(delivery));
  }

  recover(intents: readonly Intent[], bootId: string): Promise<readonly Recovered[]> {
    return recoverParts(this.#members, intents, bootId);
  }

  check(stored: readonly StoredPlace[]): Promise<readonly Checked[]> {
    return checkParts(this.#members, stored);
  }

  async received(uids: readonly string[]): Promise<number> {
    let most = 0;
    for (const member of this.#members.values())
      most = Math.max(most, (await member.received?.(uids)) ?? 0);
    return most;
  }

  async #abortAll(held: Held): Promise<void> {
    for (const [id, part] of held) await this.#member(id).abort(part);
  }

  /** What one part holds of the batch, and which message each of those is. */
  #partsIn(id: string, batch: readonly Delivery[]) {
    const wholes = new Map<Delivery, Delivery>();
    for (const delivery of batch) {
      const part = this.#heldFor(delivery).get(id);
      if (part !== undefined) wholes.set(part, delivery);
    }
    return {
      deliveries: [...wholes.keys()],
      wholeOf: (part: Delivery) => known(wholes.get(part)),
    };
  }

  #member(id: string): Destination {
    return known(this.#members.get(id));
  }

  #heldFor(delivery: Delivery): Held {
    return known(this.#held.get(delivery));
  }
}

function lasting(failures: readonly Failure[]): Failure | undefined {
  return failures.find(({ nature }) => !nature.temporary);
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new TypeError('a delivery of another destination');
  return found;
}
