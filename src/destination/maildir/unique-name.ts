import { createHash, hash } from 'node:crypto';

/** What is known of a file from its name alone. */
export interface ParsedName {
  /** The part that no reader changes: without `,S=…` and `:2,…`. */
  readonly base: string;
  /** Octets of the file by its `,S=`. */
  readonly fileSize: number | undefined;
  /** When it was received, seconds since 1970. */
  readonly unixTime: number;
}

/**
 * Names for the messages of one owner in one Maildir, by the Maildir rule `time.unique.host`. The unique part names the
 * owner, which recognises its own leftovers, and the message, which is known by account and unique-id even when all else
 * of the owner is lost. No server can bring about a name twice: the attempt stands in it.
 */
export class UniqueNames {
  readonly #account: string;
  readonly #ours: string;
  readonly #host: string;

  /** `owner` is anything that tells this owner in this Maildir from every other, with something random in it. */
  constructor(owner: string, account: string, hostname: string) {
    this.#account = account;
    this.#ours = `P${createHash('sha256').update(owner).digest('hex').slice(0, 8)}`;
    this.#host = safeHost(hostname);
  }

  /** A name that this process gave to no other message. */
  next(uid: string, receivedAt: Date): string {
    const unixTime = Math.floor(receivedAt.getTime() / 1000);
    const unique = messageInName(this.#account, uid);
    return `${unixTime}.${this.#ours}${unique}_${attempt++}.${this.#host}`;
  }

  /** Whether this owner made that name, in this Maildir. */
  isOurs(name: string): boolean {
    return name.startsWith(`.${this.#ours}`, name.indexOf('.'));
  }
}

/**
 * Counts all names of this process, from the microsecond in which it began: no two runs in one second give a message that
 * is fetched again the same name.
 */
let attempt = Math.floor((performance.timeOrigin % 1000) * 1000);

/** What stands for a message in its names, whoever delivered it for that account. */
export function messageInName(account: string, uid: string): string {
  return hash('sha256', `${account}\n${uid}`).slice(0, 16);
}

/** The same read from a name; undefined where the name is not of this kind. */
export function messageOfName(name: string): string | undefined {
  return /^\d+\.P[\da-f]{8}([\da-f]{16})_/.exec(name)?.[1];
}

/** With the size in the name, readers need not stat the file (Dovecot's `,S=`). */
export function withSize(base: string, fileSize: number): string {
  return `${base},S=${fileSize}`;
}

export function parseName(name: string): ParsedName {
  const size = /,S=(\d{1,15})(?=$|[,:])/.exec(name)?.[1];
  return {
    base: /^[^,:]*/.exec(name)?.[0] ?? name,
    fileSize: size === undefined ? undefined : Number(size),
    unixTime: Number.parseInt(name, 10),
  };
}

/** maildir(5): `/` and `:` are written as octal; a comma would begin the size; the name must stay short. */
function safeHost(hostname: string): string {
  const printable = hostname.replace(/[^\x21-\x7e]|[,\\]/g, '_').slice(0, 64);
  return printable.replaceAll('/', '\\057').replaceAll(':', '\\072') || 'localhost';
}
