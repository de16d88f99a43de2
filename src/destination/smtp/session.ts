import fs from 'node:fs';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Failure } from '../../errors.ts';
import { isPath } from '../../mail/sender.ts';
import type { SpooledMessage } from '../spool/agent.ts';
import { openConnection, type SessionSurroundings } from './connection.ts';
import { whileLineHolds } from './line.ts';
import { lineFailure } from './line-failure.ts';
import type { MailServerSettings } from './mail-server.ts';
import { type Reply, refusal, repliesOf } from './replies.ts';

/** What became of one message. */
export interface Sent {
  readonly failure: Failure | undefined;
  /** Recipients who have it now. */
  readonly taken: readonly string[];
}

interface Answer {
  readonly replies: readonly Reply[];
  readonly taken: readonly string[];
}

/**
 * One connection to the mail server, opened when it is first needed. A message that makes the server drop the line costs
 * the next one a new connection, and nothing else; whatever else ends the connection ends it for all that follow.
 */
export class Session implements Disposable {
  readonly #settings: MailServerSettings;
  readonly #surroundings: SessionSurroundings;
  #connection: SMTPConnection | undefined;
  #broken: Failure | undefined;
  /** With the message before. */
  #hasLostLine = false;

  constructor(settings: MailServerSettings, surroundings: SessionSurroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
  }

  /** Gives one message to these recipients, who all must take it. Never throws. */
  async send(message: SpooledMessage, sender: string, to: readonly string[]): Promise<Sent> {
    if (this.#broken) return { failure: this.#broken, taken: [] };
    try {
      this.#connection ??= await openConnection(this.#settings, this.#surroundings);
    } catch (error) {
      this.#broken = this.#lineFailure(error);
      return { failure: this.#broken, taken: [] };
    }
    try {
      const { replies, taken } = await this.#transaction(this.#connection, message, sender, to);
      this.#hasLostLine = false;
      if (replies.length === 0) return { failure: undefined, taken };
      await this.#reset(this.#connection);
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
    if (this.#broken) this.#connection?.close();
  }

  /** The server may have the envelope still; where it closed the line with its refusal, the next message gets another. */
  async #reset(connection: SMTPConnection): Promise<void> {
    try {
      await whileLineHolds(connection, this.#surroundings.signal, reset(connection));
    } catch {
      connection.close();
      this.#connection = undefined;
    }
  }

  #lost(error: unknown): Failure {
    const failure = this.#lineFailure(error);
    this.#connection?.close();
    this.#connection = undefined;
    if (this.#hasLostLine || failure.code !== 'connect' || isTimeout(error)) this.#broken = failure;
    this.#hasLostLine = true;
    return failure;
  }

  #lineFailure(error: unknown): Failure {
    return lineFailure(error, this.#settings, this.#surroundings.signal);
  }

  /** The replies that say no; none when all recipients have it. Rejects when the line does not hold. */
  #transaction(
    connection: SMTPConnection,
    { path, fileSize }: SpooledMessage,
    sender: string,
    to: readonly string[],
  ): Promise<Answer> {
    const envelope = {
      // A sender that cannot be said is none: that message bounces to nobody.
      from: isPath(sender) ? sender : '',
      to: [...to],
      size: fileSize,
      use8BitMime: true,
    };
    const content = fs.createReadStream(path);
    const answered = new Promise<Answer>((resolve, reject) => {
      connection.send(envelope, content, (error, sent) => {
        const replies = repliesOf(error, sent?.rejectedErrors);
        if (replies === undefined) reject(error ?? new Error('no reply'));
        else resolve({ replies, taken: error ? [] : to.filter((one) => wasTaken(one, sent)) });
      });
    });
    const { signal } = this.#surroundings;
    return whileLineHolds(connection, signal, answered).finally(() => content.destroy());
  }
}

function wasTaken(recipient: string, sent: { readonly accepted: readonly unknown[] } | undefined) {
  return sent?.accepted.includes(recipient) ?? false;
}

/** As the library has it. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT';
}

function reset(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.reset((error) => (error ? reject(error) : resolve()));
  });
}
