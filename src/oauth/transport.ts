import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { Failure } from '../errors.ts';
import { connect } from '../net/connect.ts';
import { connectThrough } from '../net/proxy.ts';
import { reasonOf } from '../net/reason.ts';
import { prepareSecurity } from '../net/security.ts';
import { secure } from '../net/tls.ts';
import { interruption } from '../util/interruption.ts';
import { isLoopback } from '../util/loopback.ts';
import type { WayThere } from './settings.ts';

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/**
 * One HTTP exchange over a connection of its own, by the account's proxy and the authorities that the system trusts. No
 * redirect is followed. Nothing is sent unencrypted but to this computer. Fails as mail servers' lines do.
 */
export async function exchange(
  address: string,
  message: HttpRequest,
  way: WayThere,
  signal: AbortSignal,
): Promise<Response> {
  const place = placeOf(address);
  const socket = await lineTo(place, way, signal);
  try {
    return await answer(place, message, socket, { timeout: way.timeout, signal });
  } finally {
    socket.destroy();
  }
}

/** Whether what is sent there can be read by nobody on the way. */
export function isPrivate(url: URL): boolean {
  return url.protocol === 'https:' || isHere(url);
}

interface Place {
  readonly url: URL;
  readonly host: string;
  readonly port: number;
}

/** Octets of an answer; tokens and metadata have a few thousand. */
const longestAnswer = 1024 * 1024;

function placeOf(address: string): Place {
  const url = new URL(address);
  if (!isPrivate(url))
    throw new Failure('config', `${url.origin} would get secrets unencrypted`, {
      hint: 'Authorization servers are spoken to by https only.',
    });
  const host = bare(url.hostname);
  return { url, host, port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) };
}

function isHere({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && isLoopback(bare(hostname));
}

/** Without the brackets around an IPv6 address. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

async function lineTo(place: Place, way: WayThere, signal: AbortSignal): Promise<Socket> {
  const { url, host, port } = place;
  const { timeout, proxy, bind } = way;
  if (isHere(url)) return connect({ host, port, timeout, signal });
  const security = await prepareSecurity(way.security);
  const options = { host, port, timeout, signal, bind };
  const socket = await (proxy === undefined ? connect(options) : connectThrough(proxy, options));
  return secure(socket, { ...options, security });
}

interface Limits {
  readonly timeout: number;
  readonly signal: AbortSignal;
}

async function answer(
  place: Place,
  { method, headers, body }: HttpRequest,
  socket: Socket,
  { timeout, signal }: Limits,
): Promise<Response> {
  const { url } = place;
  const asked = request({
    createConnection: () => socket,
    method,
    host: place.host,
    path: url.pathname + url.search,
    headers: { ...headers, host: url.host, connection: 'close', ...lengthOf(body) },
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const stop = () => asked.destroy(new Error('stopped'));
  limit.addEventListener('abort', stop);
  try {
    if (limit.aborted) stop();
    return await whole(asked.end(body));
  } catch (error) {
    throw signal.aborted ? interruption(signal) : lost(error, place, timeout, limit.aborted);
  } finally {
    limit.removeEventListener('abort', stop);
  }
}

function lengthOf(body: string | undefined): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

async function whole(asked: ClientRequest): Promise<Response> {
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).on('error', reject);
  });
  const { statusCode: status = 0 } = incoming;
  if (status < 200) throw new Error('no HTTP answer');
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  );
  const body = await octetsOf(incoming);
  // The standard allows these no body.
  const mayHaveBody = status !== 204 && status !== 205 && status !== 304;
  return new Response(mayHaveBody ? body : null, { status, headers });
}

async function octetsOf(incoming: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += chunk.length;
    if (length > longestAnswer) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function lost(error: unknown, { host, port }: Place, timeout: number, isTimeout: boolean): Failure {
  const facts = { host, port };
  if (isTimeout) {
    const seconds = timeout / 1000;
    return new Failure('timeout', `no answer from ${host} within ${seconds} s`, {
      ...facts,
      phase: 'auth',
      seconds,
    });
  }
  const reason = reasonOf(error);
  const message = `connection to ${host} lost: ${reason}`;
  return new Failure('connection_lost', message, { ...facts, phase: 'auth', reason }, error);
}
