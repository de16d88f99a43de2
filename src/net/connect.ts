import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import { addressesOf, type NamedHost } from './addresses.ts';
import { reasonOf } from './reason.ts';

/**
 * How long one address has to itself before the next is tried beside it, in ms (RFC 8305 §5). A dead address then costs
 * no more than this, and one that is merely far away still gets its answer in.
 */
const headStart = 250;

export interface ConnectOptions extends NamedHost {
  readonly onPhase?: ((phase: 'dns' | 'connect') => void) | undefined;
}

/**
 * A TCP connection to the first address of the host that answers; `timeout` is for name look-up and connection
 * together. Fails with `dns` (the name), `connect` (the way there, time-out included) or what the signal says. The caller
 * owns the socket.
 */
export async function connect(options: ConnectOptions): Promise<Socket> {
  const { host, timeout, signal, onPhase } = options;
  if (signal.aborted) throw interruption(signal);
  const start = performance.now();
  if (isIP(host) === 0) onPhase?.('dns');
  const addresses = await addressesOf(options);
  onPhase?.('connect');
  return firstOf(addresses, options, Math.max(timeout - (performance.now() - start), 1));
}

/** The attempts follow one another, and are followed by the next at once where one fails. */
function firstOf(
  addresses: readonly string[],
  options: ConnectOptions,
  timeout: number,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    const sockets = new Set<Socket>();
    const errors: Error[] = [];
    let next = 0;
    let turn: NodeJS.Timeout | undefined;
    const settle = (winner?: Socket): void => {
      clearTimeout(timer);
      clearTimeout(turn);
      signal.removeEventListener('abort', onAbort);
      for (const socket of sockets) if (socket !== winner) socket.destroy();
    };
    const fail = (failure: Failure): void => {
      settle();
      reject(failure);
    };
    const attempt = (): void => {
      clearTimeout(turn);
      const address = addresses[next++];
      if (address === undefined) return;
      const socket = begin(address, options);
      sockets.add(socket);
      socket.once('connect', () => {
        settle(socket);
        resolve(socket);
      });
      socket.once('error', (error) => {
        sockets.delete(socket);
        errors.push(error);
        if (errors.length === addresses.length) fail(connectFailure(errors, options));
        else attempt();
      });
      turn = setTimeout(attempt, headStart);
    };
    const onAbort = (): void => fail(interruption(signal));
    const timer = setTimeout(() => fail(timeoutFailure(errors, options)), timeout);
    signal.addEventListener('abort', onAbort);
    attempt();
  });
}

function begin(address: string, { port, bind }: ConnectOptions): Socket {
  const socket = tcpConnect({
    host: address,
    port,
    noDelay: true,
    ...(bind !== undefined && { localAddress: bind }),
  });
  // Stays on: between this and whoever reads the socket there is a moment without a listener.
  return socket.on('error', ignore);
}

function connectFailure(errors: readonly Error[], { host, port, bind }: ConnectOptions): Failure {
  const cause = new AggregateError(errors);
  const reason = reasonOf(cause) + (bind === undefined ? '' : ` from ${bind}`);
  const facts = { phase: 'connect', host, port, reason } as const;
  return new Failure('connect', `cannot reach ${host}:${port}: ${reason}`, facts, cause);
}

function timeoutFailure(
  errors: readonly Error[],
  { host, port, timeout }: ConnectOptions,
): Failure {
  return new Failure('connect', `cannot reach ${host}:${port} in time`, {
    phase: 'connect',
    host,
    port,
    seconds: timeout / 1000,
    reason: [...new Set([...errors.map(reasonOf), 'connection timed out'])].join('; '),
  });
}

function ignore(): void {}
