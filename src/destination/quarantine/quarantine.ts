import fs from 'node:fs';
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

export interface QuarantineStore {
  /** The folder that `destination` keeps it in; made when the first message comes. */
  readonly folder: string;
  readonly destination: Destination;
}

/** Where a message in quarantine is, in that store's own words; undefined for one that is not. */
export function placeInQuarantine(place: string): string | undefined {
  return place.startsWith(mark) ? place.slice(mark.length) : undefined;
}

/** No destination's place begins so. */
const mark = 'quarantine:';

/**
 * The destination `main` with a quarantine beside it: a message whose envelope says why it was rejected goes there, and
 * by the same steps, so that it is there exactly once too.
 */
export function withQuarantine(main: Destination, quarantine: QuarantineStore): Destination {
  return new WithQuarantine(main, quarantine);
}

class WithQuarantine implements Destination {
  readonly label: string;
  readonly #main: Destination;
  readonly #store: QuarantineStore;
  readonly #rejected = new WeakSet<Delivery>();
  #isPrepared = false;

  constructor(main: Destination, store: QuarantineStore) {
    this.label = main.label;
    this.#main = main;
    this.#store = store;
  }

  prepare(): Promise<void> {
    return this.#main.prepare();
  }

  async accept(message: RetrievedMessage, envelope: Envelope): Promise<Delivery> {
    if (envelope.rejected === undefined) return this.#main.accept(message, envelope);
    await this.#prepareStore();
    const delivery = await this.#store.destination.accept(message, envelope);
    this.#rejected.add(delivery);
    return delivery;
  }

  secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    return this.#inBoth(batch, (destination, some) => destination.secure(some));
  }

  intent(delivery: Delivery): Omit<Intent, 'bootId'> {
    const intent = this.#of(delivery).intent(delivery);
    if (!this.#rejected.has(delivery)) return intent;
    return { ...intent, place: mark + intent.place };
  }

  commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    return this.#inBoth(batch, (destination, some) => destination.commit(some));
  }

  pathOf(delivery: Delivery): string | undefined {
    return this.#of(delivery).pathOf(delivery);
  }

  async release(): Promise<void> {
    await this.#main.release?.();
  }

  abort(delivery: Delivery): Promise<void> {
    return this.#of(delivery).abort(delivery);
  }

  async recover(intents: readonly Intent[], bootId: string): Promise<readonly Recovered[]> {
    const inMain = intents.filter(({ place }) => placeInQuarantine(place) === undefined);
    const rejected = intents.flatMap((intent) => {
      const place = placeInQuarantine(intent.place);
      return place === undefined ? [] : [{ ...intent, place }];
    });
    const recovered = await this.#main.recover(inMain, bootId);
    if (rejected.length === 0 && !fs.existsSync(this.#store.folder)) return recovered;
    await this.#prepareStore();
    const held = await this.#store.destination.recover(rejected, bootId);
    return [
      ...recovered,
      ...held.map(({ uid, state }): Recovered => {
        return { uid, state: state === 'delivered' ? 'quarantined' : state };
      }),
    ];
  }

  async check(stored: readonly StoredPlace[]): Promise<readonly Checked[]> {
    const inMain = await checkIn(this.#main, stored);
    const places = stored.map(({ place }) => placeInQuarantine(place));
    const held = stored.map((one, at) => ({ ...one, place: places[at] ?? '' }));
    const inStore = await checkIn(this.#store.destination, held);
    const unknown = { state: 'unknown' } as const;
    return stored.map((_, at) => (places[at] === undefined ? inMain : inStore)[at] ?? unknown);
  }

  async received(uids: readonly string[]): Promise<number> {
    return (await this.#main.received?.(uids)) ?? 0;
  }

  /** One after the other: the usual batch is in one of them alone. */
  async #inBoth(
    batch: readonly Delivery[],
    step: (
      destination: Destination,
      some: readonly Delivery[],
    ) => Promise<readonly FailedDelivery[]>,
  ): Promise<readonly FailedDelivery[]> {
    const rejected = batch.filter((delivery) => this.#rejected.has(delivery));
    if (rejected.length === 0) return step(this.#main, batch);
    const others = batch.filter((delivery) => !this.#rejected.has(delivery));
    const failed = others.length === 0 ? [] : await step(this.#main, others);
    return [...failed, ...(await step(this.#store.destination, rejected))];
  }

  async #prepareStore(): Promise<void> {
    if (this.#isPrepared) return;
    await this.#store.destination.prepare();
    this.#isPrepared = true;
  }

  #of(delivery: Delivery): Destination {
    return this.#rejected.has(delivery) ? this.#store.destination : this.#main;
  }
}

async function checkIn(
  destination: Destination,
  stored: readonly StoredPlace[],
): Promise<readonly Checked[]> {
  return (await destination.check?.(stored)) ?? stored.map(() => ({ state: 'unknown' }));
}
