import type { Fingerprint, HeaderPrint } from '../mail/fingerprint.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Remembered, SeenStore } from '../state/seen-store.ts';
import { addTo } from '../util/grouped.ts';
import type { Scope } from './scopes.ts';

/** A message on the server that is stored under another unique-id. */
export interface Same {
  readonly ref: MessageRef;
  readonly as: Remembered;
}

/** What came over the wire, as a stored message is recognised by it. */
export interface Arrived {
  readonly uid: string;
  readonly print: Fingerprint;
  /** As the destination stores it. */
  readonly sha256: string;
}

/** What is stored once; known by several unique-ids where it was recognised before. */
interface Entry {
  readonly known: readonly Remembered[];
  used: boolean;
}

/**
 * Recognises messages that are stored already by their content. Each stored message stands for one on the server: of
 * two copies where one was stored, the second is new. It holds what is stored in memory, so it is made only when needed.
 */
export class Recogniser {
  readonly #fits: Scope['fits'];
  readonly #byContent = new Map<string, Entry[]>();
  readonly #byHeader = new Map<string, Entry[]>();
  /** How many stored messages there are to be recognised. */
  readonly size: number;

  /** A listed unique-id stands for what was stored under it last: that is taken, under whatever other one it is known. */
  static async among(
    { holds, isTaken, fits }: Scope,
    store: Pick<SeenStore, 'remembered'>,
  ): Promise<Recogniser> {
    const held = new Map<string, Remembered[]>();
    const taken = new Map<string, string>();
    await store.remembered((message) => {
      const { uid, stored } = message;
      if (isTaken(uid)) taken.set(uid, stored.place);
      if (holds(uid)) addTo(held, stored.place, message);
    });
    for (const place of taken.values()) held.delete(place);
    return new Recogniser([...held.values()], fits);
  }

  private constructor(stored: readonly Remembered[][], fits: Scope['fits']) {
    this.#fits = fits;
    this.size = stored.length;
    for (const known of stored) {
      const [first] = known;
      if (first === undefined) continue;
      const { print, sha256 } = first.stored;
      const entry = { known, used: false };
      // What was stored by a version before fingerprints is known by the hash of what was stored.
      addTo(this.#byContent, print?.content ?? sha256, entry);
      if (print !== undefined) addTo(this.#byHeader, print.header, entry);
    }
  }

  /** The stored message that this is; it stands for no other from now on. */
  match({ uid, print, sha256 }: Arrived): Remembered | undefined {
    return (
      this.#take(uid, this.#byContent.get(print.content)) ??
      this.#take(uid, this.#byContent.get(sha256))
    );
  }

  /** The one stored message with this header; undefined where there is none, or several. */
  withHeader({ uid }: MessageRef, { header }: HeaderPrint): Remembered | undefined {
    const entries = this.#byHeader.get(header);
    return entries?.length === 1 ? this.#take(uid, entries) : undefined;
  }

  /** One of the stored messages with this header: what `match` is likely to say. */
  likely({ uid }: MessageRef, header: string): Remembered | undefined {
    return this.#take(uid, this.#byHeader.get(header));
  }

  /** Whether one with this header is stored. */
  knows({ header }: HeaderPrint): boolean {
    return this.#byHeader.has(header);
  }

  #take(listed: string, entries: readonly Entry[] = []): Remembered | undefined {
    for (const entry of entries) {
      const fitting = entry.used
        ? undefined
        : entry.known.find(({ uid }) => this.#fits(listed, uid));
      if (fitting === undefined) continue;
      entry.used = true;
      return fitting;
    }
    return undefined;
  }
}
