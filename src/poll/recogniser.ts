import type { Fingerprint } from '../mail/fingerprint.ts';
import { lookAlikes } from '../mail/identity.ts';
import type { Remembered, SeenStore } from '../state/seen-store.ts';

/** What came over the wire, as a stored message is recognised by it. */
export interface Arrived {
  readonly uid: string;
  readonly print: Fingerprint;
  /** As the destination stores it. */
  readonly sha256: string;
}

interface Entry {
  readonly message: Remembered;
  used: boolean;
}

/**
 * Recognises messages that are stored already by their content. Each stored message stands for one on the server: of
 * two copies where one was stored, the second is new. It holds what is stored in memory, so it is made only when needed.
 */
export class Recogniser {
  readonly #scopeOf: (uid: string) => string;
  readonly #byContent = new Map<string, Entry[]>();
  readonly #byHeader = new Map<string, Entry[]>();

  /** Among all that is stored, under whatever unique-id. */
  static async ofAll(store: SeenStore): Promise<Recogniser> {
    const recogniser = new Recogniser(() => '');
    await store.remembered((message) => recogniser.#add(message));
    return recogniser;
  }

  /** Among what was stored under the same unique-id or with the same header as these look-alikes. */
  static async ofLookAlikes(identities: Iterable<string>, store: SeenStore): Promise<Recogniser> {
    const recogniser = new Recogniser(scopeOfLookAlike);
    const scopes = new Set([...identities].map(scopeOfLookAlike));
    await store.remembered((message) => {
      if (scopes.has(scopeOfLookAlike(message.uid))) recogniser.#add(message);
    });
    return recogniser;
  }

  private constructor(scopeOf: (uid: string) => string) {
    this.#scopeOf = scopeOf;
  }

  /** The stored message that this is; it stands for no other from now on. */
  match({ uid, print, sha256 }: Arrived): Remembered | undefined {
    const scope = this.#scopeOf(uid);
    return (
      this.#take(this.#byContent.get(`${scope}\n${print.content}`)) ??
      this.#take(this.#byContent.get(`${scope}\n${sha256}`))
    );
  }

  /** The one stored message with this header; undefined where there is none, or several. */
  withHeader(header: string): Remembered | undefined {
    const entries = this.#byHeader.get(header);
    return entries?.length === 1 ? this.#take(entries) : undefined;
  }

  #add(message: Remembered): void {
    const { print, sha256 } = message.stored;
    const entry = { message, used: false };
    const scope = this.#scopeOf(message.uid);
    // What was stored by a version before fingerprints is known by the hash of what was stored.
    push(this.#byContent, `${scope}\n${print?.content ?? sha256}`, entry);
    if (print !== undefined) push(this.#byHeader, print.header, entry);
  }

  #take(entries: readonly Entry[] | undefined): Remembered | undefined {
    const entry = entries?.find(({ used }) => !used);
    if (entry !== undefined) entry.used = true;
    return entry?.message;
  }
}

/** The unique-id that they share, else the header. */
function scopeOfLookAlike(identity: string): string {
  const alike = lookAlikes(identity);
  if (alike === undefined) return identity;
  return alike.uid === '' ? alike.group : alike.uid;
}

function push(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const entries = map.get(key);
  if (entries === undefined) map.set(key, [entry]);
  else entries.push(entry);
}
