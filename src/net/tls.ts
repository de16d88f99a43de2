import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { Failure } from '../errors.ts';
import { interruption } from './interrupted.ts';
import { codeOf, reasonOf } from './reason.ts';
import { tlsFailure, wrongHost } from './tls-failure.ts';

export interface TlsOptions {
  readonly host: string;
  readonly port: number;
  /** File with PEM certificates that replace the system's. */
  readonly ca: string | undefined;
  /** SHA-256 of the server's certificate in hex; replaces CA and name checks. */
  readonly fingerprint: string | undefined;
  /** ms for the whole handshake. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Puts TLS (1.2 or later) over a connected socket, which must have nothing unread. Resolves only when the server is
 * who it has to be: name and chain, or the pinned certificate. Fails with `tls_verify`, `tls_handshake`, `timeout`,
 * `connection_lost`, `config` (unreadable CA file) or what the signal says; the socket is then destroyed.
 */
export async function secure(socket: Socket, options: TlsOptions): Promise<TLSSocket> {
  // Until the TLS socket listens, an error of the bare one has no other listener.
  socket.on('error', ignore);
  try {
    const trust = await trustOptions(options);
    return await handshake(socket, options, trust);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function handshake(
  socket: Socket,
  options: TlsOptions,
  trust: ConnectionOptions,
): Promise<TLSSocket> {
  const { host, port, timeout, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(interruption(signal));
      return;
    }
    const secured = connect({
      socket,
      minVersion: 'TLSv1.2',
      // Server Name Indication is for names only (RFC 6066 §3).
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...trust,
    });
    // Stays on: between this and whoever reads the socket there is a moment without a listener.
    secured.on('error', ignore);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      secured.off('secureConnect', onSecure).off('error', onError).off('close', onClose);
    };
    const fail = (failure: Failure): void => {
      settle();
      secured.destroy();
      reject(failure);
    };
    const onSecure = (): void => {
      const failure = pinFailure(secured, options);
      if (failure !== undefined) {
        fail(failure);
        return;
      }
      settle();
      resolve(secured);
    };
    const onError = (error: Error): void => fail(tlsFailure(error, secured, { host, port }));
    const onClose = (): void => onError(new Error('closed during the TLS handshake'));
    const onAbort = (): void => fail(interruption(signal));
    const timer = setTimeout(() => fail(handshakeTimeout(options)), timeout);
    signal.addEventListener('abort', onAbort);
    secured.on('secureConnect', onSecure).on('error', onError).on('close', onClose);
  });
}

/** With a pin no authority is asked: then the built-in ones, slow to load, are left out as well. */
async function trustOptions(options: TlsOptions): Promise<ConnectionOptions> {
  const { host, port, ca, fingerprint } = options;
  if (fingerprint !== undefined) return { ca: [], rejectUnauthorized: false };
  const trust: ConnectionOptions = {
    rejectUnauthorized: true,
    checkServerIdentity: (_, certificate) => wrongHost(certificate, { host, port }),
  };
  return ca === undefined ? trust : { ...trust, ca: await readAuthorities(ca) };
}

async function readAuthorities(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'no such file' : reasonOf(error);
    throw new Failure(
      'config',
      `cannot read ${path}: ${reason}`,
      { phase: 'tls', path, reason },
      error,
    );
  }
}

function pinFailure(secured: TLSSocket, options: TlsOptions): Failure | undefined {
  const { host, port, fingerprint } = options;
  if (fingerprint === undefined) return undefined;
  const raw = secured.getPeerX509Certificate()?.raw;
  const seen = raw === undefined ? 'none' : createHash('sha256').update(raw).digest('hex');
  if (seen === fingerprint.replaceAll(':', '').toLowerCase()) return undefined;
  return new Failure('tls_verify', 'the certificate is not the pinned one', {
    phase: 'tls',
    host,
    port,
    reason: 'its fingerprint is not the pinned one',
    hint: `The server shows SHA-256 ${seen}.`,
  });
}

function handshakeTimeout({ host, port, timeout }: TlsOptions): Failure {
  const seconds = timeout / 1000;
  const message = `no TLS handshake within ${seconds} s`;
  return new Failure('timeout', message, { phase: 'tls', host, port, seconds });
}

function ignore(): void {}
