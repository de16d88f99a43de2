import net from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { Failure } from '../../errors.ts';
import { isLoopbackAddress } from '../../util/loopback.ts';
import { whileLineHolds } from './line.ts';
import type { MailServerSettings } from './mail-server.ts';

export interface SessionSurroundings {
  /** What we call ourselves. */
  readonly hostname: string;
  /** Fires when waiting must end now. */
  readonly signal: AbortSignal;
}

/** ms to connect, and to be greeted. */
const connectTimeout = 30_000;

/** ms from then on until it has let us in. */
const openingTimeout = 60_000;

/** ms of silence. Virus scanners and the like take their time behind the final dot (RFC 5321 §4.5.3.2). */
const silenceTimeout = 10 * 60_000;

/** Connected, greeted, encrypted as the settings say, and logged in. Rejects with what the library throws, or a Failure. */
export async function openConnection(
  settings: MailServerSettings,
  { signal, hostname }: SessionSurroundings,
): Promise<SMTPConnection> {
  const { kind, address, tls, login } = settings;
  signal.throwIfAborted();
  // First: it may have to be asked for, and no server waits that long.
  const password = await login?.password();
  const security = await tlsOptions(settings);
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
    secure: tls === 'on',
    requireTLS: tls === 'starttls',
    tls: security,
  });
  // A line that is lost between two commands shows at the next one; without a listener it would be a crash.
  connection.on('error', () => {});
  const opening = AbortSignal.any([signal, AbortSignal.timeout(openingTimeout)]);
  const begin = async (): Promise<void> => {
    await greeted(connection);
    if (login === undefined || password === undefined) return;
    // Whatever the name in the configuration led to.
    const isPrivate = 'path' in address || isLoopbackAddress(socket.remoteAddress);
    if (!connection.secure && !isPrivate) throw unencrypted();
    await loggedIn(connection, login.user, password.reveal());
  };
  try {
    await whileLineHolds(connection, opening, begin());
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Greeted, and encrypted as the settings say. */
function greeted(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Where encryption is no demand, whoever offers it gets it, as between mail servers (RFC 7435): whoever could forge a
 * certificate could as well take the offer away.
 */
async function tlsOptions({ tls, authorities }: MailServerSettings) {
  if (tls === 'auto') return { rejectUnauthorized: false };
  const ca = await authorities?.();
  return { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca && { ca: [...ca] }) } as const;
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

function loggedIn(connection: SMTPConnection, user: string, pass: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.login({ credentials: { user, pass } }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

function unencrypted(): Failure {
  const reason = 'the connection is not encrypted, and the password must not be read on the way';
  return new Failure('tls_handshake', reason, { phase: 'deliver', reason });
}
