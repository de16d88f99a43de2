import type { Secret } from '../../util/secret.ts';
import type { Agent, HandedOver, SpooledMessage } from '../spool/agent.ts';
import { senderOfSpooled } from '../spool/head.ts';
import type { OutcomesLog } from '../spool/outcomes.ts';
import { partId } from '../spool/part-id.ts';
import { Session } from './session.ts';

/** A TCP port, or a socket in the file system. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export interface MailServerSettings {
  readonly kind: 'lmtp' | 'smtp';
  readonly label: string;
  readonly address: Address;
  /** All must take the message. */
  readonly to: readonly string[];
  /** on: from the first octet. starttls: demanded. auto: where it is offered, and of whoever offers it. */
  readonly tls: 'on' | 'starttls' | 'auto';
  /** Undefined: the server takes mail without. */
  readonly login?: MailServerLogin | undefined;
  /** PEM certificates of the authorities to trust; undefined where Node's own count. */
  readonly authorities?: () => Promise<readonly Buffer[] | undefined>;
}

export interface MailServerLogin {
  readonly user: string;
  readonly password: () => Promise<Secret>;
}

/** Gives messages to a mail server, a batch over one connection, one after the other. */
export class MailServer implements Agent {
  readonly label: string;
  readonly identity: string;
  readonly isMailServer = true;
  readonly #settings: MailServerSettings;
  readonly #surroundings: { readonly hostname: string; readonly signal: AbortSignal };

  constructor(
    settings: MailServerSettings,
    surroundings: { readonly hostname: string; readonly signal: AbortSignal },
  ) {
    const { kind, label, address, to } = settings;
    this.label = label;
    this.identity = JSON.stringify([kind, address, to]);
    this.#settings = settings;
    this.#surroundings = surroundings;
  }

  /** Whether the server answers is seen when there is mail for it. */
  async prepare(): Promise<void> {}

  /** A connection ends with the program. */
  async idle(): Promise<void> {}

  async handOver(
    messages: readonly SpooledMessage[],
    outcomes: OutcomesLog,
  ): Promise<readonly HandedOver[]> {
    const all: HandedOver[] = [];
    using session = new Session(this.#settings, this.#surroundings);
    for (const message of messages) all.push(await this.#send(message, session, outcomes));
    await session.quit();
    return all;
  }

  /** Those who have it are asked no more: what one of several takes and another refuses must not come twice. */
  async #send(
    message: SpooledMessage,
    session: Session,
    outcomes: OutcomesLog,
  ): Promise<HandedOver> {
    const { place, already } = message;
    outcomes.note(place, 'start', 0);
    const missing = this.#settings.to.filter((to) => !already.includes(this.#idOf(to)));
    const { failure, taken } =
      missing.length === 0
        ? { failure: undefined, taken: [] }
        : await session.send(message, senderOfSpooled(message), missing);
    const now = taken.map((to) => this.#idOf(to));
    for (const part of now) outcomes.note(place, 'took', part);
    // Also where the line was lost and nobody knows: either way the message is sent again.
    outcomes.note(place, 'end', failure === undefined ? 0 : 1);
    void outcomes.sync();
    return { failure, parts: failure === undefined ? [] : [...already, ...now] };
  }

  #idOf(recipient: string): string {
    const { kind, address } = this.#settings;
    return partId(JSON.stringify([kind, address, recipient]));
  }
}
