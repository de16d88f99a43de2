import fs from 'node:fs';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Failure } from '../../errors.ts';
import { isPath } from '../../mail/sender.ts';
import type { SpooledMessage } from '../spool/agent.ts';
import { openConnection, type SessionSurroundings } from './connection.ts';
import { lineFailure } from './line-failure.ts';
import type { MailServerSettings } from './mail-server.ts';
import { type Reply, refusal, repliesOf } from './replies.ts';

/** What became of one message. */
export interface Sent {
  readonly failure: Failure | undefined;
  /** Recipients who have it now. */
  readonly taken: readonly string[];
}

/** One connection to the mail server, opened when it is first needed. What ends it ends it for all that follow. */
export class Session implements Disposable {
  readonly #settings: MailServerSettings;
  readonly #surroundings: SessionSurroundings;
  readonly #interrupt = () => this.#connection?.close();
  #connection: SMTPConnection | undefined;
  #broken: Failure | undefined;

  constructor(settings: MailServerSettings, surroundings: SessionSurroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    surroundings.signal.addEventListener('abort', this.#interrupt);
  }

  /** Gives one message to these recipients, who all must take it. Never throws. */
  async send(message: SpooledMessage, sender: string, to: readonly string[]): Promise<Sent> {
    if (this.#broken) return { failure: this.#broken, taken: [] };
    try {
      this.#connection ??= await openConnection(this.#settings, this.#surroundings);
      const { replies, taken } = await this.#transaction(this.#connection, message, sender, to);
      if (replies.length === 0) return { failure: undefined, taken };
      await reset(this.#connection).catch((error: unknown) => this.#lost(error));
      return { failure: refusal(replies, message.uid), taken };
    } catch (error) {
      return { failure: this.#lost(error), taken: [] };
    }
  }

  /** The orderly end; nothing depends on its reply. */
  async quit(): Promise<void> {
    if (this.#broken === undefined) this.#connection?.quit();
  }

  [Symbol.dispose](): void {
    this.#surroundings.signal.removeEventListener('abort', this.#interrupt);
    if (this.#broken) this.#connection?.close();
  }

  #lost(error: unknown): Failure {
    this.#broken = lineFailure(error, this.#settings, this.#surroundings.signal);
    return this.#broken;
  }

  /** The replies that say no; none when all recipients have it. Rejects when the line does not hold. */
  #transaction(
    connection: SMTPConnection,
    { path, fileSize }: SpooledMessage,
    sender: string,
    to: readonly string[],
  ): Promise<{ readonly replies: readonly Reply[]; readonly taken: readonly string[] }> {
    const envelope = {
      // A sender that cannot be said is none: that message bounces to nobody.
      from: isPath(sender) ? sender : '',
      to: [...to],
      size: fileSize,
      use8BitMime: true,
    };
    const content = fs.createReadStream(path);
    return new Promise((resolve, reject) => {
      // Without a listener for it, a line that is lost between two commands would be a crash.
      connection.once('error', reject);
      connection.send(envelope, content, (error, sent) => {
        connection.off('error', reject);
        content.destroy();
        const replies = repliesOf(error, sent?.rejectedErrors);
        if (replies === undefined) reject(error ?? new Error('no reply'));
        else resolve({ replies, taken: error ? [] : to.filter((one) => wasTaken(one, sent)) });
      });
    });
  }
}

function wasTaken(recipient: string, sent: { readonly accepted: readonly unknown[] } | undefined) {
  return sent?.accepted.includes(recipient) ?? false;
}

/** After a refusal the server may still have the envelope. */
function reset(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.reset((error) => (error ? reject(error) : resolve()));
  });
}
