import type { Delivery, Destination } from '../../src/destination/destination.ts';
import type { Intent } from '../../src/mail/intent.ts';
import type { MessageRef } from '../../src/mail/message.ts';
import type { PollAccount } from '../../src/poll/poll.ts';
import type { MailSource, Retrieval, SourceSession } from '../../src/source/source.ts';
import type { SeenStore } from '../../src/state/seen-store.ts';
import { plainPolicy } from '../support/policy.ts';

/** Thrown instead of the process being killed. */
class Killed extends Error {}

/** What outlives the process: the disk, and the server's maildrop. */
export interface Remains {
  readonly hidden: Map<string, string>;
  readonly visible: string[];
  readonly intents: Map<string, Intent>;
  readonly seen: Set<string>;
  readonly maildrop: Map<string, string>;
  /** Every effect in the order in which it happened. */
  readonly history: string[];
}

export function freshRemains(uids: readonly string[]): Remains {
  return {
    hidden: new Map(),
    visible: [],
    intents: new Map(),
    seen: new Set(),
    maildrop: new Map(uids.map((uid) => [uid, `Subject: ${uid}\r\n\r\nbody of ${uid}\r\n`])),
    history: [],
  };
}

/**
 * One life of the program: every durable effect goes through `effect`, which may kill it before the effect happens.
 * Once dead, nothing has an effect any more.
 */
export class Life {
  readonly remains: Remains;
  readonly #killBefore: number;
  readonly #pause: () => Promise<unknown>;
  #effects = 0;
  #dead = false;

  constructor(remains: Remains, killBefore: number, pause: () => Promise<unknown>) {
    this.remains = remains;
    this.#killBefore = killBefore;
    this.#pause = pause;
  }

  get effects(): number {
    return this.#effects;
  }

  async effect(name: string, happen: () => void): Promise<void> {
    await this.#pause();
    if (this.#dead || ++this.#effects === this.#killBefore) {
      this.#dead = true;
      throw new Killed(name);
    }
    happen();
    this.remains.history.push(name);
  }

  account(keep: boolean): PollAccount {
    return {
      name: 'model',
      source: this.#source(),
      destinationLabel: 'model',
      destination: () => this.#destination(),
      openStore: () => Promise.resolve(this.#store()),
      policy: { ...plainPolicy, keep },
      envelope: { account: 'model', host: 'h', user: 'u', protocol: 'POP3', trace: false },
    };
  }

  #source(): MailSource {
    const { maildrop } = this.remains;
    const effect: Life['effect'] = (name, happen) => this.effect(name, happen);
    const refs = [...maildrop].map(([uid, text], index) => ({
      uid,
      number: index + 1,
      size: text.length,
    }));
    const doomed: MessageRef[] = [];
    const session: SourceSession = {
      retrievalRemoves: false,
      list: () => Promise.resolve({ messages: refs, count: refs.length, size: 1, complete: true }),
      async *retrieve(wanted): AsyncGenerator<Retrieval> {
        for (const ref of wanted) {
          const octets = Buffer.from(maildrop.get(ref.uid) ?? '');
          yield { kind: 'message', ref, content: oneSlice(octets) };
        }
      },
      headers: () => Promise.resolve([]),
      eachHeader: () => Promise.resolve(),
      peek: () => Promise.resolve(new Uint8Array()),
      delete: (ref) => void doomed.push(ref),
      async quit() {
        for (const { uid } of doomed)
          await effect(`off the server ${uid}`, () => maildrop.delete(uid));
        return { deleted: doomed, refused: [] };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    return {
      address: { host: 'h', port: 110, tls: 'off' },
      open: () => Promise.resolve(session),
    };
  }

  #destination(): Destination {
    const { hidden, visible } = this.remains;
    const uidOf = ({ uid }: Delivery) => uid;
    return {
      label: 'model',
      prepare: () => Promise.resolve(),
      accept: async ({ ref, content }) => {
        let size = 0;
        for await (const slice of content) size += slice.length;
        await this.effect(`hidden ${ref.uid}`, () => hidden.set(placeOf(ref.uid), ref.uid));
        return { uid: ref.uid, size, sha256: 'x', messageId: undefined };
      },
      secure: async (batch) => {
        await this.effect(`secure ${batch.map(uidOf).join(',')}`, () => undefined);
        return [];
      },
      intent: ({ uid, size, sha256 }) => ({ uid, place: placeOf(uid), size, sha256 }),
      commit: async (batch) => {
        for (const { uid } of batch)
          await this.effect(`visible ${uid}`, () => {
            hidden.delete(placeOf(uid));
            visible.push(uid);
          });
        return [];
      },
      pathOf: () => undefined,
      abort: ({ uid }) => this.effect(`abort ${uid}`, () => void hidden.delete(placeOf(uid))),
      recover: async (intents) => {
        for (const { uid, place } of intents)
          if (hidden.has(place))
            await this.effect(`visible ${uid}`, () => {
              hidden.delete(place);
              visible.push(uid);
            });
        for (const [place, uid] of hidden)
          await this.effect(`sweep ${uid}`, () => void hidden.delete(place));
        return intents.map(({ uid }) => ({ uid, state: 'delivered' }));
      },
    };
  }

  #store(): SeenStore {
    const { intents, seen } = this.remains;
    const uidsOf = (batch: readonly { uid: string }[]) => batch.map(({ uid }) => uid).join(',');
    return {
      id: 'model',
      bootId: 'boot',
      size: seen.size,
      unsettled: [...intents.values()],
      has: (uid) => seen.has(uid),
      deliveredAt: (uid) => (seen.has(uid) ? 1 : undefined),
      intend: (batch) =>
        this.effect(`intend ${uidsOf(batch)}`, () => {
          for (const intent of batch) intents.set(intent.uid, intent);
        }),
      record: (batch) =>
        this.effect(`record ${uidsOf(batch)}`, () => {
          for (const { uid } of batch) {
            seen.add(uid);
            intents.delete(uid);
          }
        }),
      recordParts: () => Promise.resolve(),
      partsOf: () => [],
      isQuarantined: () => false,
      quarantined: [],
      withdraw: async (uids) => {
        for (const uid of uids) intents.delete(uid);
      },
      reconcile: () => Promise.resolve(),
      present: seen.size,
      isGone: () => false,
      remembered: () => Promise.resolve(),
      recognise: () => Promise.resolve(),
      mark: () => Promise.resolve(),
      forget: () => Promise.resolve(),
      attempts: () => undefined,
      attempted: () => Promise.resolve(),
      isMet: true,
      meet: () => Promise.resolve(),
      saved: () => Promise.resolve(),
      restore: () => Promise.resolve(0),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
}

function placeOf(uid: string): string {
  return `place-of-${uid}`;
}

async function* oneSlice(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}
