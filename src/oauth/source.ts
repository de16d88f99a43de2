import { Failure } from '../errors.ts';
import type { MailSource, SessionContext, SourceSession } from '../source/source.ts';
import type { Secret } from '../util/secret.ts';
import type { Granted, Tokens } from './tokens.ts';

/** What a login needs of an account's tokens. */
export type LoginTokens = Pick<Tokens, 'current' | 'renew'>;

/**
 * A source that logs in with tokens. One that the mail server refuses though its time is not up is renewed, and the login
 * tried once more; a token made just now that is refused has another reason, and no third login is tried.
 */
export function withTokens(
  tokens: LoginTokens,
  make: (token: () => Promise<Secret>) => MailSource,
): MailSource {
  const login = new TokenLogin(tokens);
  const source = make(() => login.token());
  return { address: source.address, open: (context) => login.open(source, context) };
}

class TokenLogin {
  readonly #tokens: LoginTokens;
  /** What the mail server was, or is to be, shown in this login. */
  #granted: Granted | undefined;

  constructor(tokens: LoginTokens) {
    this.#tokens = tokens;
  }

  async token(): Promise<Secret> {
    this.#granted ??= await this.#tokens.current();
    return this.#granted.token.access;
  }

  async open(source: MailSource, context: SessionContext): Promise<SourceSession> {
    this.#granted = undefined;
    try {
      return await source.open(context);
    } catch (thrown) {
      await this.#renewUnlessNew(thrown);
    }
    try {
      return await source.open(context);
    } catch (thrown) {
      throw isRefusal(thrown) ? notTheToken(thrown) : thrown;
    }
  }

  async #renewUnlessNew(thrown: unknown): Promise<void> {
    const granted = this.#granted;
    // Without a token it was not the mail server that refused.
    if (granted === undefined || !isRefusal(thrown)) throw thrown;
    if (granted.isNew) throw notTheToken(thrown);
    this.#granted = await this.#tokens.renew(granted.token.access);
  }
}

function isRefusal(thrown: unknown): thrown is Failure {
  return thrown instanceof Failure && thrown.code === 'auth';
}

function notTheToken({ code, message, facts, cause }: Failure): Failure {
  const hint =
    'The access token is new: is POP3 switched on for the mailbox, and is user the one who gave consent?';
  return new Failure(code, message, { ...facts, hint }, cause);
}
