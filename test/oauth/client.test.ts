import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { OAuthClient } from '../../src/oauth/client.ts';
import { Secret } from '../../src/util/secret.ts';

const token = { access_token: 'fresh', token_type: 'Bearer', expires_in: 60 };

test('a token is renewed, and without a new refresh token the old one goes on', async () => {
  await using server = await Scripted.start(json(200, token));
  const renewed = await server.renewed();
  assert.equal(renewed.access.reveal(), 'fresh');
  assert.equal(renewed.refresh?.reveal(), 'hush-hush');
  assert.equal(renewed.expiresAt, 1_060_000);
  const { body, headers } = server.last;
  assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
    grant_type: 'refresh_token',
    refresh_token: 'hush-hush',
    client_id: 'one',
  });
  assert.equal(headers.authorization, undefined);
});

test('an identity token, which a wrong clock would make invalid, is not looked at', async () => {
  await using server = await Scripted.start(json(200, { ...token, id_token: 'of.no.use' }));
  assert.equal((await server.renewed()).access.reveal(), 'fresh');
});

test('a client with a secret shows it as the server says, and as all servers know otherwise', async () => {
  await using basic = await Scripted.start(json(200, token));
  await basic.renewed({ secret: 'pssst' });
  assert.equal(basic.last.headers.authorization, `Basic ${btoa('one:pssst')}`);
  await using post = await Scripted.start(json(200, token), {
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  });
  await post.renewed({ secret: 'pssst' });
  assert.match(post.last.body, /client_secret=pssst/);
});

/** What the server answers, and what becomes of it. */
const refusals: readonly (readonly [what: string, Answer, code: string, message: RegExp])[] = [
  ['a withdrawn consent', json(400, { error: 'invalid_grant' }), 'auth', /consent was withdrawn/],
  ['an unknown client', json(401, { error: 'invalid_client' }), 'auth', /client id or client/],
  ['a challenge', challenge, 'auth', /client id or client secret are wrong/],
  [
    'an error of its own',
    json(400, { error: 'consent_required', error_description: `Ask, ${'hush'.repeat(20)}` }),
    'auth',
    /gives no token: consent_required$/,
  ],
  ['too many requests', json(429, { error: 'x' }), 'secret_unavailable', /no access token/],
  ['a time off', json(400, { error: 'temporarily_unavailable' }), 'secret_unavailable', /unavail/],
  ['a broken server', json(503, {}), 'secret_unavailable', /it answered with status 503$/],
  ['a redirect', json(302, {}), 'secret_unavailable', /it answered with status 302$/],
  ['no JSON', plain('<html>'), 'secret_unavailable', /no access token/],
  ['no token', json(200, {}), 'secret_unavailable', /"access_token"/],
  ['another kind', json(200, { ...token, token_type: 'mac' }), 'secret_unavailable', /token_type/],
  ['a broken line', (_, answer) => answer.destroy(), 'connection_lost', /connection/],
  ['silence', () => undefined, 'timeout', /no answer from 127\.0\.0\.1 within 0.3 s/],
  ['an endless answer', endless, 'connection_lost', /too long/],
];

for (const [what, answer, code, message] of refusals)
  test(`${what} instead of a token is the failure ${code}`, async () => {
    await using server = await Scripted.start(answer);
    const failure = await server.refused();
    assert.equal(failure.code, code);
    assert.match(failure.message, message);
    assert.doesNotMatch(JSON.stringify([failure.facts, failure.message, failure.stack]), /hush/);
    assert.equal(failure.cause instanceof Error && 'cause' in failure.cause, false);
  });

test('what a server says of its refusal is handed on, but for what could be a token', async () => {
  const error_description = `AADSTS65001: Ask your administrator. Trace: ${'x1-'.repeat(20)}`;
  await using server = await Scripted.start(
    json(400, { error: 'invalid_grant', error_description }),
  );
  const { facts } = await server.refused();
  assert.equal(facts.serverSaid, 'AADSTS65001: Ask your administrator. Trace: ***');
});

test('who is stopped while a server thinks is not kept waiting', async () => {
  const stop = new AbortController();
  await using server = await Scripted.start(() => stop.abort(new Failure('interrupted', 'stop')));
  assert.equal((await server.refused(stop.signal)).code, 'interrupted');
});

test('an issuer that is not who it says, or has nothing to say, gets no secret', async () => {
  await using other = await Scripted.start(json(200, token), { issuer: 'https://other.example' });
  const failure = await other.refused();
  assert.equal(failure.code, 'secret_unavailable');
  assert.equal(other.requests.length, 1);
});

test('a token is never asked for unencrypted, but on this computer', async () => {
  await using server = await Scripted.start(json(200, token), {
    token_endpoint: 'http://id.example.org/token',
  });
  const failure = await server.refused();
  assert.deepEqual(
    [failure.code, failure.message],
    ['config', 'http://id.example.org would get secrets unencrypted'],
  );
});

test('where OpenID Connect has nothing, the place of RFC 8414 is looked at', async () => {
  await using server = await Scripted.start(json(200, token), {}, '/.well-known/oauth-auth');
  await server.renewed();
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/token'],
  );
});

type Answer = (request: IncomingMessage, answer: ServerResponse) => unknown;

interface Request {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function json(status: number, content: object): Answer {
  return (_, answer) =>
    answer
      .writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' })
      .end(JSON.stringify(content));
}

function plain(page: string): Answer {
  return (_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end(page);
}

function challenge(_: IncomingMessage, answer: ServerResponse): void {
  answer.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
}

function endless(_: IncomingMessage, answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': 'application/json' });
  for (let sent = 0; sent < 20; sent++) answer.write('x'.repeat(100_000));
}

/** An issuer on this computer whose token endpoint answers as the test says. */
class Scripted implements AsyncDisposable {
  readonly requests: Request[] = [];
  readonly #server = createServer();
  #issuer = '';

  static async start(
    answer: Answer,
    metadata: object = {},
    place = '/.well-known/',
  ): Promise<Scripted> {
    const scripted = new Scripted();
    await scripted.#listen(answer, metadata, place);
    return scripted;
  }

  get last(): Request {
    const last = this.requests.at(-1);
    assert.ok(last !== undefined);
    return last;
  }

  async renewed({ secret, signal }: { secret?: string; signal?: AbortSignal } = {}) {
    const client = await OAuthClient.open({
      settings: {
        server: { kind: 'issuer', issuer: this.#issuer },
        clientId: 'one',
        clientSecret: secret === undefined ? undefined : async () => new Secret(secret),
        scope: 'mail',
      },
      way: {
        timeout: 300,
        proxy: undefined,
        bind: undefined,
        security: { ca: undefined, fingerprint: undefined },
      },
      now: () => 1_000_000,
      signal: signal ?? new AbortController().signal,
    });
    return client.refresh(new Secret('hush-hush'));
  }

  async refused(signal?: AbortSignal): Promise<Failure> {
    try {
      await this.renewed(signal === undefined ? {} : { signal });
    } catch (thrown) {
      assert.ok(thrown instanceof Failure, String(thrown));
      return thrown;
    }
    throw new Error('it was not refused');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #listen(answer: Answer, metadata: object, place: string): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    this.#issuer = `http://127.0.0.1:${address.port}`;
    const described = {
      issuer: this.#issuer,
      token_endpoint: `${this.#issuer}/token`,
      ...metadata,
    };
    const respond = async (request: IncomingMessage, response: ServerResponse) => {
      const { url = '', headers } = request;
      this.requests.push({ url, headers, body: await text(request) });
      const isDescription = url.startsWith('/.well-known/');
      if (!isDescription) answer(request, response);
      else json(url.startsWith(place) ? 200 : 404, described)(request, response);
    };
    this.#server.on('request', (request, response) => void respond(request, response));
  }
}
