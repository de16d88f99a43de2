import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure, type FailureCode } from '../../src/errors.ts';
import type { Token } from '../../src/oauth/token.ts';
import { TokenFile } from '../../src/oauth/token-file.ts';
import { type TokenServer, Tokens } from '../../src/oauth/tokens.ts';
import { Secret } from '../../src/util/secret.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const hour = 3_600_000;

test('a token that is fresh is used as it is: no server is asked', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  const { token, isNew } = await place.tokens.current();
  assert.deepEqual([token.access.reveal(), isNew], ['first', false]);
  assert.deepEqual(place.server.asked, []);
});

test('a token that is about to expire is renewed, and the next process finds the new one', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  place.now += hour - 60_000;
  const { token, isNew } = await place.tokens.current();
  assert.deepEqual([token.access.reveal(), isNew], ['access 1', true]);
  const next = await place.another().current();
  assert.deepEqual([next.token.access.reveal(), next.isNew], ['access 1', false]);
  assert.equal(next.token.refresh?.reveal(), 'refresh 1');
});

test('two that need a new token at once get the same one: a refresh token is good for one use', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  place.now += hour;
  const all = await Promise.all([1, 2, 3].map(() => place.another().current()));
  assert.deepEqual(
    all.map(({ token }) => token.access.reveal()),
    ['access 1', 'access 1', 'access 1'],
  );
  assert.deepEqual(place.server.asked, ['refresh of first']);
});

test('a token that the mail server refuses is renewed, unless another process has done so', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  const refused = new Secret('first');
  assert.equal((await place.tokens.renew(refused)).token.access.reveal(), 'access 1');
  assert.equal((await place.another().renew(refused)).token.access.reveal(), 'access 1');
  assert.deepEqual(place.server.asked, ['refresh of first']);
});

test('who cannot write the new token down does not use up the old one', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  mkdirSync(join(place.file, '..', 'token.json.new', 'in the way'), { recursive: true });
  await assert.rejects(place.tokens.renew(new Secret('first')), isFailure('state', /^$/));
  assert.deepEqual(place.server.asked, []);
});

test('who is stopped while the token is renewed has the new one all the same', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  place.server.during = () => place.stop.abort(new Failure('interrupted', 'stopped'));
  await place.tokens.renew(new Secret('first'));
  assert.match(readFileSync(place.file, 'utf8'), /"accessToken":"access 1"/);
});

test('a consent that was withdrawn is told with the command that mends it', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  place.server.failure = new Failure('auth', 'no', { reason: 'the consent was withdrawn' });
  place.now += hour;
  await assert.rejects(
    place.tokens.current(),
    isFailure('auth', /^Run: popfetch auth login work$/),
  );
});

test('a server that is out of order is a temporary failure, and the token stays', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  place.server.failure = new Failure('connect', 'cannot reach it');
  place.now += hour;
  await assert.rejects(place.tokens.current(), isFailure('connect', /^$/));
  place.server.failure = undefined;
  assert.equal((await place.tokens.current()).token.access.reveal(), 'access 2');
  assert.deepEqual(place.server.asked, ['refresh of first', 'refresh of first']);
});

test('as long as the old token is good, a server that is out of order is no failure at all', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  place.server.failure = new Failure('connect', 'cannot reach it');
  place.now += hour - 120_000;
  const { token, isNew } = await place.tokens.current();
  assert.deepEqual([token.access.reveal(), isNew], ['first', false]);
  place.server.failure = new Failure('auth', 'no', { reason: 'the consent was withdrawn' });
  await assert.rejects(place.tokens.current(), isFailure('auth', /auth login work/));
});

test('without consent, and without a refresh token, the command to run is told', async () => {
  await using place = await Place.create();
  await assert.rejects(place.tokens.current(), isFailure('auth', /auth login work$/));
  await place.tokens.keep({ ...place.token('first'), refresh: undefined });
  place.now += hour;
  await assert.rejects(
    place.tokens.current(),
    isFailure('auth', /auth login work.*offline_access/),
  );
});

test('tokens are in a file that is readable by their owner alone, and one that is not is refused', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  assert.equal(statSync(place.file).mode & 0o777, 0o600);
  assert.equal(statSync(join(place.file, '..')).mode & 0o777, 0o700);
  chmodSync(place.file, 0o640);
  await assert.rejects(place.tokens.current(), isFailure('config', /chmod 600/));
});

test('the token of another client, for another purpose or in ruins is as good as none', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  for (const change of [{ clientId: 'other' }, { scope: 'more' }, { issuer: 'https://b.example' }])
    await assert.rejects(place.another(change).current(), isFailure('auth', /auth login work/));
  writeFileSync(place.file, '{"version":1,');
  await assert.rejects(place.tokens.current(), isFailure('auth', /auth login work/));
});

test('what is forgotten is revoked and dropped; dropped also where it cannot be revoked', async () => {
  await using place = await Place.create();
  await place.tokens.keep(place.token('first'));
  assert.deepEqual(await place.tokens.forget(), { isRevoked: true, wasThere: true });
  assert.ok(!existsSync(place.file));
  assert.deepEqual(await place.tokens.forget(), { isRevoked: false, wasThere: false });
  await place.tokens.keep(place.token('second'));
  const failure = new Failure('connect', 'cannot reach it');
  place.server.failure = failure;
  assert.deepEqual(await place.tokens.forget(), { isRevoked: false, wasThere: true, failure });
  assert.ok(!existsSync(place.file));
  assert.deepEqual(place.server.asked, ['revocation of first', 'revocation of second']);
});

/** An account's tokens in a state directory of their own, with a server in memory and a clock that is set by hand. */
class Place implements AsyncDisposable {
  readonly server = new MemoryServer(() => this.now);
  readonly stop = new AbortController();
  now = Date.parse('2026-11-23T00:00:00Z');
  readonly tokens: Tokens;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;

  static async create(): Promise<Place> {
    return new Place(await temporaryFolder());
  }

  private constructor(folder: Awaited<ReturnType<typeof temporaryFolder>>) {
    this.#folder = folder;
    this.tokens = this.another();
  }

  get file(): string {
    return join(this.#folder.path, 'accounts', 'work', 'oauth', 'token.json');
  }

  /** What another process has. */
  another(owner: { clientId?: string; scope?: string; issuer?: string } = {}): Tokens {
    const { signal } = this.stop;
    const now = () => this.now;
    const file = new TokenFile({
      stateDir: this.#folder.path,
      account: 'work',
      owner: { issuer: 'https://a.example', clientId: 'one', scope: 'mail', ...owner },
      now,
      signal,
    });
    return new Tokens({
      account: 'work',
      file,
      client: async (until) => this.server.until(until),
      now,
      signal,
    });
  }

  /** One that lasts for an hour from now. */
  token(name: string): Token {
    const obtainedAt = this.now;
    const [access, refresh] = [new Secret(name), new Secret(name)];
    return { access, refresh, obtainedAt, expiresAt: obtainedAt + hour };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

class MemoryServer implements TokenServer {
  readonly asked: string[] = [];
  failure: Failure | undefined;
  during: () => void = () => undefined;
  readonly #now: () => number;
  #signal: AbortSignal | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What is asked from now on is broken off by this signal. */
  until(signal: AbortSignal): this {
    this.#signal = signal;
    return this;
  }

  async refresh(refresh: Secret): Promise<Token> {
    this.asked.push(`refresh of ${refresh.reveal()}`);
    this.during();
    this.#signal?.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
    const count = this.asked.length;
    const obtainedAt = this.#now();
    const access = new Secret(`access ${count}`);
    const next = new Secret(`refresh ${count}`);
    return { access, refresh: next, obtainedAt, expiresAt: obtainedAt + hour };
  }

  async revoke({ access }: Token): Promise<boolean> {
    this.asked.push(`revocation of ${access.reveal()}`);
    if (this.failure !== undefined) throw this.failure;
    return true;
  }
}

function isFailure(code: FailureCode, hint: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof Failure, String(thrown));
    assert.equal(thrown.code, code);
    assert.match(thrown.facts.hint ?? '', hint);
    return true;
  };
}
