import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';

export interface ServerOptions {
  /** Seconds that it says an access token lasts. */
  readonly lifetime?: number;
}

/** A client of a person, and one of mail servers that ask whether a token is good. */
const client = { id: 'popfetch', scope: 'openid offline_access mail' } as const;
const asking = { id: 'mail-server', secret: 'asks-about-tokens' } as const;

/**
 * A real authorization server of its own on 127.0.0.1: OpenID discovery, device codes, logins by browser with PKCE,
 * refresh tokens that are good for one use, introspection and revocation. Anybody may log in with any password.
 */
export class AuthorizationServer implements AsyncDisposable {
  readonly issuer: string;
  /** Every token and code that it gave out. */
  readonly secrets: Set<string> = new Set();
  /** Requests, as `POST /token`. */
  readonly requests: string[] = [];
  /** Refresh tokens that were used. */
  refreshes = 0;
  /** What it answers to all requests for tokens, in place of what it should. */
  status: number | undefined;
  readonly #server: Server;
  readonly #provider: Provider;
  readonly #accessTokens = new Set<string>();
  readonly #grants = new Set<string>();

  static async start(options: ServerOptions = {}): Promise<AuthorizationServer> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return new AuthorizationServer(server, `http://127.0.0.1:${address.port}`, options);
  }

  private constructor(server: Server, issuer: string, { lifetime = 3600 }: ServerOptions) {
    this.#server = server;
    this.issuer = issuer;
    this.#provider = new Provider(issuer, configuration(lifetime));
    const respond = this.#provider.callback();
    for (const kind of ['access_token', 'refresh_token', 'authorization_code', 'device_code'])
      this.#provider.on(`${kind}.saved`, ({ jti, grantId }) => {
        this.secrets.add(jti);
        if (kind === 'access_token') this.#accessTokens.add(jti);
        if (grantId !== undefined) this.#grants.add(grantId);
      });
    this.#provider.on('grant.success', ({ oidc }) => {
      if (oidc.params.grant_type === 'refresh_token') this.refreshes++;
    });
    server.on('request', (request: IncomingMessage, answer: ServerResponse) => {
      const { method, url = '' } = request;
      const [path = ''] = url.split('?');
      this.requests.push(`${method} ${path}`);
      if (this.status === undefined || path !== '/token') return respond(request, answer);
      answer.writeHead(this.status, { 'content-type': 'text/plain' }).end('out of order\n');
    });
  }

  /** Where a mail server asks whether a token is good. */
  get introspectionUrl(): string {
    const { host } = new URL(this.issuer);
    return `http://${asking.id}:${asking.secret}@${host}/token/introspection`;
  }

  /** The account key `oauth` for it. */
  get settings(): object {
    return { issuer: this.issuer, clientId: client.id, scope: client.scope };
  }

  /** All access tokens so far become invalid, though they were to last longer. */
  async spoilTokens(): Promise<void> {
    for (const token of this.#accessTokens)
      await (await this.#provider.AccessToken.find(token))?.destroy();
  }

  /** Somebody takes back all that was consented to. */
  async withdrawConsent(): Promise<void> {
    for (const grant of this.#grants) await (await this.#provider.Grant.find(grant))?.destroy();
  }

  /** Whether it would tell a mail server so. */
  async isGood(token: string): Promise<boolean> {
    return (await this.#provider.AccessToken.find(token)) !== undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function configuration(lifetime: number): object {
  const redirects = { redirect_uris: ['http://127.0.0.1/'], application_type: 'native' };
  const grants = [
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ];
  return {
    clients: [
      {
        client_id: client.id,
        token_endpoint_auth_method: 'none',
        grant_types: grants,
        ...redirects,
      },
      {
        client_id: asking.id,
        client_secret: asking.secret,
        grant_types: [],
        response_types: [],
        redirect_uris: [],
      },
    ],
    scopes: client.scope.split(' '),
    features: {
      deviceFlow: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
    },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: { AccessToken: lifetime },
    cookies: { keys: ['of the tests'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id }),
    }),
  };
}
