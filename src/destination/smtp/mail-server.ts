import type { Failure } from '../../errors.ts';
import type { Agent, SpooledMessage } from '../spool/agent.ts';
import { senderOfSpooled } from '../spool/head.ts';
import type { OutcomesLog } from '../spool/outcomes.ts';

import { Session } from './session.ts';

/** A TCP port, or a socket in the file system. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export interface MailServerSettings {
  readonly kind: 'lmtp' | 'smtp';
  readonly label: string;
  readonly address: Address;
  /** All must take the message. */
  readonly to: readonly string[];
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
  ): Promise<readonly (Failure | undefined)[]> {
    const failures: (Failure | undefined)[] = [];
    using session = new Session(this.#settings, this.#surroundings);
    for (const message of messages) {
      outcomes.note(message.place, 'start', 0);
      const failure = await session.send(message, senderOfSpooled(message));
      // Also where the line was lost and nobody knows: either way the message is sent again.
      outcomes.note(message.place, 'end', failure === undefined ? 0 : 1);
      void outcomes.sync();
      failures.push(failure);
    }
    await session.quit();
    return failures;
  }
}
