import { addTo } from '../util/grouped.ts';
import { type Copy, headerOf, wireOctets } from './copies.ts';
import { type Identity, identityOf, wholesIn } from './identity.ts';

/** A message on the server, as its listing and its header show it. */
export interface OnServer {
  readonly uid: string;
  /** Octets as listed. */
  readonly size: number;
  readonly identity: Identity;
}

/** What of a maildrop is stored here. */
export interface Matched {
  /** Unique-ids of those that are. */
  readonly stored: readonly string[];
  /** Here with the same header, but with less behind it than on the server. */
  readonly cutShort: readonly string[];
}

/** A copy stands for one message of the server at most. */
interface Local {
  readonly copy: Copy;
  isTaken: boolean;
  /** What other messages it may be, where that was asked for: see `wholesIn`. */
  wholes?: readonly string[];
}

/** The messages that are stored here, of each no more than where it stands and what it is recognised by. */
export class LocalMessages {
  readonly #byName = new Map<string, Local[]>();
  readonly #byCore = new Map<string, Local[]>();
  /** How many. */
  size = 0;

  add(copy: Copy): void {
    const { name, core, isTelling } = identityOf(headerOf(copy));
    if (!isTelling) return;
    const local: Local = { copy, isTaken: false };
    addTo(this.#byCore, core, local);
    if (name !== undefined) addTo(this.#byName, name, local);
    this.size += 1;
  }

  /**
   * Which of these are stored here. One that its Message-ID, Date, From and Subject tell from all others there is known by
   * them; else its whole header has to be here, but for what was added above it.
   */
  match(messages: readonly OnServer[]): Matched {
    const counts = new Map<string, number>();
    for (const { identity } of messages)
      if (identity.name !== undefined)
        counts.set(identity.name, (counts.get(identity.name) ?? 0) + 1);
    const stored: string[] = [];
    const cutShort: string[] = [];
    for (const message of longestFirst(messages)) {
      const { name, isTelling } = message.identity;
      // Below the lines above another message it would be found.
      if (!isTelling) continue;
      const isAlone = name !== undefined && counts.get(name) === 1;
      const found = this.#take(message, isAlone ? this.#named(name) : this.#withHeader(message));
      if (found === 'stored') stored.push(message.uid);
      else if (found === 'cut short') cutShort.push(message.uid);
    }
    return { stored, cutShort };
  }

  #take(message: OnServer, candidates: readonly Local[]): 'stored' | 'cut short' | 'absent' {
    if (candidates.length === 0) return 'absent';
    const whole = candidates.find(({ copy }) => isWhole(copy, message));
    if (whole === undefined) return 'cut short';
    whole.isTaken = true;
    return 'stored';
  }

  #named(name: string): readonly Local[] {
    return (this.#byName.get(name) ?? []).filter(({ isTaken }) => !isTaken);
  }

  #withHeader({ identity }: OnServer): readonly Local[] {
    return (this.#byCore.get(identity.core) ?? []).filter((local) => {
      if (local.isTaken) return false;
      local.wholes ??= wholesIn(headerOf(local.copy));
      return local.wholes.includes(identity.whole);
    });
  }
}

/**
 * A header that holds another one below it is looked for first: what may be that one may be the other too, and not the
 * other way round.
 */
function longestFirst(messages: readonly OnServer[]): readonly OnServer[] {
  return [...messages].sort((one, other) => other.identity.octets - one.identity.octets);
}

/** Servers do not all count alike: octets, and a part of the whole. */
const tolerated = { octets: 64, part: 0.01 };

/** Whether as much is behind its header as on the server. */
function isWhole(copy: Copy, { size, identity }: OnServer): boolean {
  const expected = size - identity.octets;
  const enough = expected - tolerated.octets - expected * tolerated.part;
  const header = headerOf(copy).length;
  const here = copy.end - copy.start - header;
  // Counting reads the file: a line end may be one octet here, and two there.
  if (here >= expected) return true;
  return 2 * here >= enough && wireOctets(copy, header) >= enough;
}
