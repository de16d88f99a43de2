import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import type { ConsentRequest, OAuthClient } from './client.ts';
import type { Token } from './token.ts';

export interface BrowserLoginParts {
  readonly client: OAuthClient;
  /** The address to which the browser comes back, with PORT in the place of the port. */
  readonly redirect: string;
  /** Shows the page to the person, whose browser must reach that port of this computer. */
  readonly show: (page: string, port: number) => void;
  /** ms that the person may take. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/**
 * Gets consent by a browser on this computer, which comes back to a port of the loopback interface (RFC 8252 §7.3) with
 * PKCE and a state of its own. Fails with `auth` where it was refused or nobody came.
 */
export async function browserLogin(parts: BrowserLoginParts): Promise<Token> {
  const { client, show } = parts;
  await using landing = await Landing.open();
  const request = await client.consentRequest(parts.redirect.replace('PORT', String(landing.port)));
  show(request.page, landing.port);
  const came = await landing.arrival(request, parts);
  return client.redeemCode(request, came);
}

/** Where the browser comes back to. Whoever does not know the state is sent away, and ends nothing. */
class Landing implements AsyncDisposable {
  readonly #server: Server;
  readonly port: number;

  static async open(): Promise<Landing> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Landing(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a server without a port');
    this.port = address.port;
  }

  arrival(
    request: ConsentRequest,
    { patience, signal }: BrowserLoginParts,
  ): Promise<URLSearchParams> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', halt);
        outcome();
      };
      const halt = () => settle(() => reject(interruption(signal)));
      const timer = setTimeout(() => settle(() => reject(nobodyCame())), patience);
      signal.addEventListener('abort', halt);
      if (signal.aborted) halt();
      this.#server.on('request', (incoming: IncomingMessage, answer: ServerResponse) => {
        const came = arrivedWith(incoming, request);
        reply(answer, came);
        if (came !== undefined) settle(() => resolve(came));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    // The page is on its way yet; a browser keeps its line open for longer than we want to wait.
    const timer = setTimeout(() => this.#server.closeAllConnections(), lastWords);
    await closed;
    clearTimeout(timer);
  }
}

/** ms for the page that tells the person to close it. */
const lastWords = 500;

function arrivedWith(
  { method, url = '/' }: IncomingMessage,
  { redirect, state }: ConsentRequest,
): URLSearchParams | undefined {
  if (method !== 'GET' || !URL.canParse(url, redirect)) return undefined;
  const { pathname, searchParams } = new URL(url, redirect);
  const isAnswer = searchParams.has('code') || searchParams.has('error');
  return pathname === '/' && isAnswer && searchParams.get('state') === state
    ? searchParams
    : undefined;
}

function reply(answer: ServerResponse, came: URLSearchParams | undefined): void {
  const text =
    came === undefined
      ? 'This is not what popfetch waits for.\n'
      : came.has('code')
        ? 'popfetch has what it needs. You can close this page.\n'
        : 'The consent was refused. You can close this page.\n';
  answer.writeHead(came === undefined ? 400 : 200, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  answer.end(text);
}

function nobodyCame(): Failure {
  const reason = 'no browser came back in time';
  return new Failure('auth', `no access token: ${reason}`, { reason });
}
