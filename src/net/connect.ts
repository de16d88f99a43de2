import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import { isNameError, reasonOf } from './reason.ts';

/**
 * How long one address of several may take before the next is tried, in ms. Node's own 250 ms gives up on addresses
 * that are merely far away, and tries none of them twice.
 */
const perAddress = 2500;

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** ms for name look-up and connection together. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly onPhase?: ((phase: 'dns' | 'connect') => void) | undefined;
  /** Address of this computer to connect from; only addresses of its family are tried. */
  readonly bind?: string | undefined;
}

/**
 * A TCP connection, the addresses of the name tried in turn. Fails with `dns` (the name), `connect` (the way there,
 * time-out included) or what the signal says. The caller owns the socket.
 */
export function connect(options: ConnectOptions): Promise<Socket> {
  const { host, port, timeout, signal, onPhase, bind } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(interruption(signal));
      return;
    }
    let resolving = isIP(host) === 0;
    onPhase?.(resolving ? 'dns' : 'connect');
    const socket = tcpConnect({
      host,
      port,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: perAddress,
      ...(bind !== undefined && { localAddress: bind, family: isIP(bind) }),
    });
    // Stays on: between this and whoever reads the socket there is a moment without a listener.
    socket.on('error', ignore);
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('lookup', onLookup).off('connect', onConnect).off('error', onError);
    };
    const fail = (failure: Failure): void => {
      settle();
      socket.destroy();
      reject(failure);
    };
    const onLookup = (error: Error | null): void => {
      if (error !== null || !resolving) return;
      resolving = false;
      onPhase?.('connect');
    };
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    const onError = (error: Error): void => fail(connectFailure(error, options));
    const onAbort = (): void => fail(interruption(signal));
    const timer = setTimeout(() => fail(timeoutFailure(resolving, options)), timeout);
    signal.addEventListener('abort', onAbort);
    socket.on('lookup', onLookup).on('connect', onConnect).on('error', onError);
  });
}

function connectFailure(error: Error, { host, port, bind }: ConnectOptions): Failure {
  const from = bind === undefined ? '' : ` from ${bind}`;
  const reason = reasonOf(error) + from;
  return isNameError(error)
    ? new Failure(
        'dns',
        `cannot resolve ${host}: ${reason}`,
        { phase: 'dns', host, port, reason },
        error,
      )
    : new Failure(
        'connect',
        `cannot reach ${host}:${port}: ${reason}`,
        { phase: 'connect', host, port, reason },
        error,
      );
}

function timeoutFailure(resolving: boolean, { host, port, timeout }: ConnectOptions): Failure {
  const seconds = timeout / 1000;
  return resolving
    ? new Failure('dns', `cannot resolve ${host} in time`, {
        phase: 'dns',
        host,
        port,
        seconds,
        reason: 'the name server does not answer',
      })
    : new Failure('connect', `cannot reach ${host}:${port} in time`, {
        phase: 'connect',
        host,
        port,
        seconds,
        reason: 'connection timed out',
      });
}

function ignore(): void {}
