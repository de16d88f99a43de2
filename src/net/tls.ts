import { createHash } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import type { Security } from './security.ts';
import { tlsFailure, wrongHost } from './tls-failure.ts';

export interface TlsOptions {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** Whether the line was without TLS before (STLS): what goes wrong is told accordingly. */
  readonly isUpgrade?: boolean | undefined;
  /** ms for the whole handshake. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Puts TLS over a connected socket, which must have nothing unread. Resolves only when the server is
 * who it has to be: name and chain, or the pinned certificate. Fails with `tls_verify`, `tls_handshake`, `timeout`,
 * `connection_lost` or what the signal says; the socket is then destroyed.
 */
export async function secure(socket: Socket, options: TlsOptions): Promise<TLSSocket> {
  // Until the TLS socket listens, an error of the bare one has no other listener.
  socket.on('error', ignore);
  try {
    return await handshake(socket, options);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function handshake(socket: Socket, options: TlsOptions): Promise<TLSSocket> {
  const { host, timeout, signal, security } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(interruption(signal));
      return;
    }
    const secured = connect({
      socket,
      secureContext: security.context,
      // Server Name Indication is for names only (RFC 6066 §3).
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...checks(options),
    });
    let shown: PeerCertificate | undefined;
    // Before Node judges the certificate: it is not to be had from a connection that was refused for it.
    secured.prependListener('secure', () => {
      shown = secured.getPeerCertificate();
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
    const onError = (error: Error): void => fail(tlsFailure(error, shown, options));
    const onClose = (): void => onError(new Error('closed during the TLS handshake'));
    const onAbort = (): void => fail(interruption(signal));
    const timer = setTimeout(() => fail(handshakeTimeout(options)), timeout);
    signal.addEventListener('abort', onAbort);
    secured.on('secureConnect', onSecure).on('error', onError).on('close', onClose);
  });
}

/** With a pin nobody is asked who the server is: its certificate is compared once the handshake is done. */
function checks({ host, port, security }: TlsOptions): ConnectionOptions {
  return security.fingerprint === undefined
    ? {
        rejectUnauthorized: true,
        checkServerIdentity: (_, certificate) => wrongHost(certificate, { host, port }),
      }
    : { rejectUnauthorized: false };
}

function pinFailure(secured: TLSSocket, options: TlsOptions): Failure | undefined {
  const { host, port, security } = options;
  const { fingerprint } = security;
  if (fingerprint === undefined) return undefined;
  const raw = secured.getPeerX509Certificate()?.raw;
  const seen = raw === undefined ? 'none' : createHash('sha256').update(raw).digest('hex');
  if (seen === fingerprint) return undefined;
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
