import fs from 'node:fs';
import net from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { Failure } from '../../errors.ts';
import { isPath } from '../../mail/sender.ts';
import type { SpooledMessage } from '../spool/agent.ts';
import type { MailServerSettings } from './mail-server.ts';
import { type Reply, refusal, repliesOf } from './replies.ts';

export interface SessionSurroundings {
  /** What we call ourselves. */
  readonly hostname: string;
  /** Fires when waiting must end now. */
  readonly signal: AbortSignal;
}

/** ms to connect, and to be greeted. */
const connectTimeout = 30_000;

/** ms of silence. Virus scanners and the like take their time behind the final dot (RFC 5321 §4.5.3.2). */
const silenceTimeout = 10 * 60_000;

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

  /** Gives one message to the recipients, who all must take it. Never throws. */
  async send(message: SpooledMessage, sender: string): Promise<Failure | undefined> {
    if (this.#broken) return this.#broken;
    try {
      this.#connection ??= await this.#connect();
      const replies = await this.#transaction(this.#connection, message, sender);
      if (replies.length === 0) return undefined;
      await reset(this.#connection);
      return refusal(replies, message.uid);
    } catch (error) {
      this.#broken = this.#failureFor(error);
      return this.#broken;
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

  async #connect(): Promise<SMTPConnection> {
    const { kind, address } = this.#settings;
    const { signal, hostname } = this.#surroundings;
    signal.throwIfAborted();
    // Mail that is brought in another way never loads it.
    const { default: Connection } = await import('nodemailer/lib/smtp-connection');
    const socket = await connected(address, signal);
    const connection = new Connection({
      connection: socket,
      ...('path' in address ? {} : { host: address.host, port: address.port }),
      lmtp: kind === 'lmtp',
      name: hostname,
      greetingTimeout: connectTimeout,
      socketTimeout: silenceTimeout,
      // Encrypted where it is offered, as between mail servers (RFC 7435): whoever could forge a certificate could
      // as well take the offer away.
      tls: { rejectUnauthorized: false },
    });
    await new Promise<void>((resolve, reject) => {
      connection.on('error', reject);
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    return connection;
  }

  /** The replies that say no; none when all recipients have it. Rejects when the line does not hold. */
  #transaction(
    connection: SMTPConnection,
    { path, fileSize }: SpooledMessage,
    sender: string,
  ): Promise<readonly Reply[]> {
    const envelope = {
      // A sender that cannot be said is none: that message bounces to nobody.
      from: isPath(sender) ? sender : '',
      to: [...this.#settings.to],
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
        else resolve(replies);
      });
    });
  }

  #failureFor(error: unknown): Failure {
    const { signal } = this.#surroundings;
    const { address } = this.#settings;
    if (signal.aborted) return new Failure('interrupted', 'stopped while mail was handed over');
    const reason = error instanceof Error ? error.message : String(error);
    const where = 'path' in address ? { host: address.path } : address;
    return new Failure('connect', reason, { phase: 'deliver', reason, ...where }, error);
  }
}

function connected(
  address: MailServerSettings['address'],
  signal: AbortSignal,
): Promise<net.Socket> {
  const socket = net.connect(
    'path' in address
      ? { path: address.path }
      : { ...address, autoSelectFamilyAttemptTimeout: 2500, autoSelectFamily: true },
  );
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(connectTimeout)]);
  return new Promise((resolve, reject) => {
    const giveUp = () => socket.destroy(new Error('connection timed out'));
    deadline.addEventListener('abort', giveUp);
    socket.once('error', reject);
    socket.once('connect', () => {
      deadline.removeEventListener('abort', giveUp);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** After a refusal the server may still have the envelope. */
function reset(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.reset((error) => (error ? reject(error) : resolve()));
  });
}
