import { Failure } from '../errors.ts';
import { afterwards } from '../util/afterwards.ts';
import type { Secret } from '../util/secret.ts';
import type { OAuthClient } from './client.ts';
import { isFresh, isUsable, type Token } from './token.ts';
import type { TokenFile } from './token-file.ts';

/** What there is to ask of the authorization server without a person. */
export type TokenServer = Pick<OAuthClient, 'refresh' | 'revoke'>;

export interface TokensParts {
  readonly account: string;
  readonly file: TokenFile;
  /** Asked only when a token has to be renewed: a poll with a fresh one needs neither library nor network. */
  readonly client: (signal: AbortSignal) => Promise<TokenServer>;
  readonly signal: AbortSignal;
  /** ms since 1970. */
  readonly now: () => number;
}

/** A token, and whether it was made only now: what a mail server says against such a one no other will mend. */
export interface Granted {
  readonly token: Token;
  readonly isNew: boolean;
}

export interface Forgotten {
  readonly wasThere: boolean;
  readonly isRevoked: boolean;
  /** Why it could not be revoked. */
  readonly failure?: Failure;
}

/** ms. A refresh token that was used, and whose successor nobody waited for, is lost: then Ctrl-C logged us out. */
const grace = 3000;

/**
 * An account's access tokens, as good as they can be had without a person. Fails with `auth` where somebody has to give
 * consent (again), and says how; with something temporary where the authorization server is not to be had.
 */
export class Tokens {
  readonly #parts: TokensParts;

  constructor(parts: TokensParts) {
    this.#parts = parts;
  }

  /** The one on file, or a new one where that is out of date, or nearly so. */
  async current(): Promise<Granted> {
    const { file, now } = this.#parts;
    const token = file.read();
    if (token === undefined) throw this.#withoutConsent();
    if (isFresh(token, now())) return { token, isNew: false };
    try {
      return await this.#renewed((there) => isFresh(there, now()));
    } catch (thrown) {
      if (!mayWait(thrown) || !isUsable(token, now())) throw thrown;
      return { token, isNew: false };
    }
  }

  /** Another one than that which the mail server refused. */
  renew(refused: Secret): Promise<Granted> {
    return this.#renewed((there) => there.access.reveal() !== refused.reveal());
  }

  /** Takes what somebody consented to. */
  async keep(token: Token): Promise<void> {
    const { file } = this.#parts;
    await using _ = await file.lock();
    await file.write(token);
  }

  /** Takes back the consent where the server has a way to, and drops the token, come what may. */
  async forget(): Promise<Forgotten> {
    const { file } = this.#parts;
    await using _ = await file.lock();
    const token = file.read();
    const outcome =
      token === undefined ? ({ isRevoked: false } as const) : await this.#revoked(token);
    const wasThere = await file.remove();
    return { ...outcome, wasThere };
  }

  async #revoked(token: Token): Promise<Omit<Forgotten, 'wasThere'>> {
    const { client, signal } = this.#parts;
    try {
      return { isRevoked: await (await client(signal)).revoke(token) };
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.code === 'interrupted') throw thrown;
      return { isRevoked: false, failure: thrown };
    }
  }

  /** `isGood`: whether what another process has put there in the meantime will do. */
  async #renewed(isGood: (there: Token) => boolean): Promise<Granted> {
    const { file, client, signal } = this.#parts;
    await using _ = await file.lock();
    const there = file.read();
    if (there === undefined) throw this.#withoutConsent();
    if (isGood(there)) return { token: there, isNew: true };
    if (there.refresh === undefined) throw this.#withoutRefresh();
    // A refresh token may be good for one use: who cannot write its successor down must not use it.
    await file.write(there);
    using late = afterwards(signal, grace);
    const token = await this.#refreshed(await client(late.signal), there.refresh);
    await file.write(token);
    return { token, isNew: true };
  }

  async #refreshed(client: TokenServer, refresh: Secret): Promise<Token> {
    try {
      return await client.refresh(refresh);
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.code !== 'auth') throw thrown;
      const { code, message, facts } = thrown;
      throw new Failure(code, message, { ...facts, hint: this.#remedy });
    }
  }

  #withoutConsent(): Failure {
    const reason = 'nobody has given consent yet';
    return new Failure('auth', `no access token: ${reason}`, { reason, hint: this.#remedy });
  }

  #withoutRefresh(): Failure {
    const reason = 'the access token is out of date, and the server gave none to renew it with';
    const hint = `${this.#remedy}. With offline_access in the scope many servers give one.`;
    return new Failure('auth', reason, { reason, hint });
  }

  get #remedy(): string {
    return `Run: popfetch auth login ${this.#parts.account}`;
  }
}

/** The network or the disk; neither a person who stopped us nor one who withdrew consent. */
function mayWait(thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.code !== 'interrupted' && thrown.code !== 'auth';
}
