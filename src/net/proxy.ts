import { isIP, type Socket } from 'node:net';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import type { Secret } from '../util/secret.ts';
import { addressesOf } from './addresses.ts';
import { type ConnectOptions, connect } from './connect.ts';

type SocksLibrary = typeof import('socks');

/** A SOCKS5 proxy (RFC 1928, 1929). */
export interface SocksProxy {
  readonly host: string;
  readonly port: number;
  /** Who looks up the server's name: the proxy (socks5h), or we (socks5), which tells our name server about it. */
  readonly resolves: 'there' | 'here';
  readonly login?: { readonly user: string; readonly password: Secret } | undefined;
}

/**
 * A connection through a proxy; the caller owns the socket, which is paused. The time-out holds for each of: the way
 * to the proxy, what it does for us. Fails like `connect`; the reason names the proxy.
 */
export async function connectThrough(proxy: SocksProxy, options: ConnectOptions): Promise<Socket> {
  // Before there is a connection: nobody would hear it end meanwhile.
  const { SocksClient } = await import('socks');
  let failure: unknown;
  for (const host of await destinations(proxy, options)) {
    try {
      const socket = await reached(proxy, options);
      return await negotiated(SocksClient, socket, host, proxy, options);
    } catch (error) {
      if (options.signal.aborted) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

/** What the proxy is asked for, one after the other. */
async function destinations(
  { resolves }: SocksProxy,
  options: ConnectOptions,
): Promise<readonly string[]> {
  const { host, onPhase } = options;
  if (resolves === 'there' || isIP(host) !== 0) return [host];
  onPhase?.('dns');
  // From where we connect is between us and the proxy.
  return addressesOf({ ...options, bind: undefined });
}

async function reached(proxy: SocksProxy, options: ConnectOptions): Promise<Socket> {
  const { host, port } = proxy;
  try {
    return await connect({ ...options, host, port });
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'interrupted') throw error;
    throw unreachable(proxy, options, error.facts.reason ?? error.message);
  }
}

async function negotiated(
  SocksClient: SocksLibrary['SocksClient'],
  socket: Socket,
  host: string,
  proxy: SocksProxy,
  options: ConnectOptions,
): Promise<Socket> {
  const { port, timeout, signal } = options;
  const abort = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', abort);
  try {
    const login = proxy.login && {
      userId: proxy.login.user,
      password: proxy.login.password.reveal(),
    };
    await SocksClient.createConnection({
      command: 'connect',
      destination: { host, port },
      existing_socket: socket,
      proxy: { host: proxy.host, port: proxy.port, type: 5, ...login },
      timeout,
    });
    await quiet(socket);
    if (signal.aborted) throw interruption(signal);
    return socket;
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw interruption(signal);
    // The library's error is left out: it holds the proxy's password.
    throw unreachable(proxy, options, refusalOf(error));
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * The library lets the socket flow in the next turn, with what came behind the proxy's answer, whether anybody
 * listens or not. That is caught and put back.
 */
async function quiet(socket: Socket): Promise<void> {
  const caught: Buffer[] = [];
  const take = (chunk: Buffer): void => {
    caught.push(chunk);
  };
  socket.on('data', take);
  await new Promise((resolve) => setImmediate(resolve));
  socket.off('data', take).pause();
  if (caught.length > 0) socket.unshift(Buffer.concat(caught));
}

function unreachable(proxy: SocksProxy, { host, port }: ConnectOptions, why: string): Failure {
  const reason = `proxy ${proxy.host}:${proxy.port}: ${why}`;
  const facts = { phase: 'connect', host, port, reason } as const;
  return new Failure('connect', `cannot reach ${host}:${port}: ${reason}`, facts);
}

const refusals: Readonly<Record<string, string>> = {
  Failure: 'it failed',
  NotAllowed: 'not allowed',
  NetworkUnreachable: 'network is unreachable',
  HostUnreachable: 'no route to host',
  ConnectionRefused: 'connection refused',
  TTLExpired: 'no route to host',
  CommandNotSupported: 'it does not connect anybody',
  AddressNotSupported: 'it does not know this kind of address',
};

function refusalOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, refusal = ''] = / - (\w+)$/.exec(text) ?? [];
  if (/timed? ?out/i.test(text)) return 'connection timed out';
  if (/socket closed/i.test(text)) return 'it closed the connection';
  if (/ECONNRESET/.test(text)) return 'connection reset';
  if (/invalid socks version/.test(text)) return 'it does not speak SOCKS5';
  if (/authentication failed/i.test(text)) return 'it refuses user and password';
  if (/no accepted authentication/i.test(text)) return 'it wants user and password';
  return refusals[refusal] ?? text;
}
