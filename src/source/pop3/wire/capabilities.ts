import { Failure } from '../../../errors.ts';
import { LineSplitter } from './lines.ts';

/** Octets of a CAPA reply: 10,000 lines of this fit; no honest server needs more. */
const largestReply = 1024 * 1024;

/** Names that are a SASL mechanism's and nothing else's. */
const mechanismNames: ReadonlySet<string> = new Set([
  'PLAIN',
  'LOGIN',
  'CRAM-MD5',
  'SCRAM-SHA-1',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-256-PLUS',
  'XOAUTH2',
  'OAUTHBEARER',
  'EXTERNAL',
]);

/** What a server says it can do (RFC 2449 §5). Names and mechanisms are compared in upper case. */
export class Capabilities {
  readonly #arguments: ReadonlyMap<string, readonly string[]>;

  constructor(lines: readonly string[] = []) {
    const found = new Map<string, readonly string[]>();
    for (const line of lines) {
      const [name = '', ...rest] = line.trim().split(/[ \t]+/);
      const key = name.toUpperCase();
      // Mechanisms that did not fit one line come in several.
      if (key === 'SASL') found.set(key, [...(found.get(key) ?? []), ...rest]);
      else if (key !== '') found.set(key, rest);
    }
    this.#arguments = found;
  }

  has(name: string): boolean {
    return this.#arguments.has(name);
  }

  /** Undefined where the capability is absent. */
  argumentsOf(name: string): readonly string[] | undefined {
    return this.#arguments.get(name);
  }

  /** As a server would send them, each capability once. */
  get lines(): readonly string[] {
    return [...this.#arguments].map(([name, rest]) => [name, ...rest].join(' '));
  }

  /** Whether the server said nothing at all: it has no CAPA, or might as well have none. */
  get unknown(): boolean {
    return this.#arguments.size === 0;
  }

  /** SASL mechanisms offered, in upper case, in the server's order (RFC 5034 §3). */
  get mechanisms(): readonly string[] {
    const offered = (this.#arguments.get('SASL') ?? []).map((name) => name.toUpperCase());
    // QUIRK: QQ lists XOAUTH2 on a line of its own.
    const alone = [...this.#arguments.keys()].filter((name) => mechanismNames.has(name));
    return [...new Set([...offered, ...alone])];
  }

  /** Seconds that must lie between two logins (RFC 2449 §6.5); `perUser`: ask again after the login. */
  get loginDelay(): { readonly seconds: number; readonly perUser: boolean } | undefined {
    const [seconds, suffix] = this.#arguments.get('LOGIN-DELAY') ?? [];
    if (seconds === undefined || !/^\d{1,9}$/.test(seconds)) return undefined;
    return { seconds: Number(seconds), perUser: suffix?.toUpperCase() === 'USER' };
  }

  /** Days that mail is kept (RFC 2449 §6.7); `perUser`: ask again after the login. */
  get expire(): { readonly days: number | 'never'; readonly perUser: boolean } | undefined {
    // QUIRK: GNU mailutils writes EXPIRENEVER.
    if (this.#arguments.has('EXPIRENEVER')) return { days: 'never', perUser: false };
    const [days, suffix] = this.#arguments.get('EXPIRE') ?? [];
    const perUser = suffix?.toUpperCase() === 'USER';
    if (days?.toUpperCase() === 'NEVER') return { days: 'never', perUser };
    return days !== undefined && /^\d{1,9}$/.test(days)
      ? { days: Number(days), perUser }
      : undefined;
  }
}

/** Collects the lines of a CAPA reply. */
export class CapabilityReader {
  readonly #found: string[] = [];
  readonly #lines = new LineSplitter((octets, from, to) => {
    this.#found.push(octets.toString('latin1', from, to));
  });

  feed(slice: Uint8Array): void {
    this.#lines.feed(slice);
    if (this.#lines.total > largestReply) {
      const reason = 'a list of capabilities without end';
      throw new Failure('protocol', reason, { reason });
    }
  }

  get lines(): readonly string[] {
    return this.#found;
  }
}
