import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { withTokens } from '../../src/oauth/source.ts';
import type { Granted } from '../../src/oauth/tokens.ts';
import type { MailSource } from '../../src/source/source.ts';
import { Secret } from '../../src/util/secret.ts';

const context = { signal: new AbortController().signal };

test('a token that the mail server refuses is renewed, and the login tried once more', async () => {
  const tokens = new MemoryTokens();
  const server = new MemoryMailServer(tokens, ['renewed']);
  assert.equal(await server.opened(), 'let in');
  assert.deepEqual(server.shown, ['old', 'renewed']);
  assert.equal(await server.opened(), 'let in');
  assert.deepEqual(server.shown, ['old', 'renewed', 'renewed']);
});

test('a second refusal is the end of it, and the token is not blamed', async () => {
  const tokens = new MemoryTokens();
  const server = new MemoryMailServer(tokens, []);
  assert.match(await server.opened(), /^auth: The access token is new: is POP3 switched on/);
  assert.deepEqual(server.shown, ['old', 'renewed']);
});

test('a token that was made just now is not made once more', async () => {
  const tokens = new MemoryTokens();
  tokens.isNew = true;
  const server = new MemoryMailServer(tokens, []);
  assert.match(await server.opened(), /^auth: The access token is new/);
  assert.deepEqual(server.shown, ['old']);
});

test('what is no refusal of the login is not tried again', async () => {
  const server = new MemoryMailServer(new MemoryTokens(), []);
  server.failure = new Failure('in_use', 'busy');
  assert.equal(await server.opened(), 'in_use: ');
  assert.deepEqual(server.shown, ['old']);
});

test('a token that cannot be had is not taken for a refusal of the mail server', async () => {
  const tokens = new MemoryTokens();
  tokens.failure = new Failure('auth', 'withdrawn', { hint: 'log in again' });
  const server = new MemoryMailServer(tokens, []);
  assert.equal(await server.opened(), 'auth: log in again');
  assert.deepEqual(server.shown, []);
});

class MemoryTokens {
  token = 'old';
  isNew = false;
  failure: Failure | undefined;

  async current(): Promise<Granted> {
    if (this.failure !== undefined) throw this.failure;
    return this.#granted();
  }

  async renew(refused: Secret): Promise<Granted> {
    assert.equal(refused.reveal(), this.token);
    this.token = 'renewed';
    return { ...this.#granted(), isNew: true };
  }

  #granted(): Granted {
    const access = new Secret(this.token);
    const token = { access, refresh: undefined, obtainedAt: 0, expiresAt: undefined };
    return { token, isNew: this.isNew };
  }
}

/** A mail server that lets in who shows one of the good tokens. */
class MemoryMailServer {
  readonly shown: string[] = [];
  failure = new Failure('auth', 'refused', { hint: 'the server said no' });
  readonly #source: MailSource;

  constructor(tokens: MemoryTokens, good: readonly string[]) {
    this.#source = withTokens(tokens, (token) => ({
      address: { host: 'pop.example.org', port: 995, tls: 'on' },
      open: async () => {
        const shown = (await token()).reveal();
        this.shown.push(shown);
        throw good.includes(shown) ? letIn : this.failure;
      },
    }));
  }

  /** What became of it, in words. */
  async opened(): Promise<string> {
    try {
      await this.#source.open(context);
    } catch (thrown) {
      if (thrown === letIn) return 'let in';
      assert.ok(thrown instanceof Failure);
      return `${thrown.code}: ${thrown.facts.hint ?? ''}`;
    }
    return 'open';
  }
}

/** In the place of a session, which these tests have no use for. */
const letIn = new Error('let in');
