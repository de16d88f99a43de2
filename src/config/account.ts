import { loginOf, providerOfAddress, providerOfHost } from '../providers/provider.ts';
import { isLoopback } from '../util/loopback.ts';
import type { AccountConfig, PasswordSource, TlsSettings } from './config.ts';
import { type AccountValues, accountKeys } from './keys.ts';
import { oauthSettings } from './oauth.ts';
import { Settings, type Surroundings } from './settings.ts';
import { type Entry, entryOf, type Mistake, type Span, type Tree } from './tree.ts';

/** Where an account's settings come from. */
export interface AccountSources {
  readonly entry: Entry;
  readonly defaults: Tree | undefined;
  /** ms between two polls, where the account says nothing else. */
  readonly every: number | undefined;
  /** Keys that were meant by misspelled ones, and so are not called missing. */
  readonly meant: ReadonlySet<string>;
}

/** One account with the defaults below it; undefined when something in it was reported. */
export function readAccount(
  sources: AccountSources,
  home: string,
  mistakes: Mistake[],
): AccountConfig | undefined {
  const reader = new AccountReader(sources, home);
  const account = reader.read();
  mistakes.push(...reader.mistakes);
  return reader.mistakes.length === 0 && isComplete(account) ? account : undefined;
}

/** An account as far as it could be read. */
type Draft = { readonly [Name in keyof AccountConfig]: AccountConfig[Name] | undefined };

function isComplete(draft: Draft): draft is AccountConfig {
  const optional: ReadonlySet<string> = new Set<keyof AccountConfig>([
    'maxSize',
    'maxBytes',
    'atMost',
    'limit',
    'email',
    'password',
    'oauth',
    'proxy',
    'bind',
  ]);
  return Object.entries(draft).every(([name, value]) => value !== undefined || optional.has(name));
}

/** Ways to log in with an access token. */
const withTokens: ReadonlySet<NonNullable<Draft['auth']>> = new Set([
  'auto',
  'xoauth2',
  'oauthbearer',
]);

class AccountReader {
  readonly mistakes: Mistake[] = [];
  readonly #sources: AccountSources;
  readonly #settings: Settings<AccountValues>;
  readonly #home: string;

  constructor(sources: AccountSources, home: string) {
    this.#sources = sources;
    this.#settings = new Settings(accountKeys, [sources.entry.value, sources.defaults]);
    this.#home = home;
  }

  read(): Draft {
    const login = this.#login();
    const all = this.#surroundings(login);
    const settings = this.#settings;
    const takesTokens = this.#takesTokens();
    const password = takesTokens ? undefined : settings.read('password', all);
    const oauth = takesTokens ? this.#oauth(login.host, all) : undefined;
    const auth = this.#auth(login.host, password, all);
    if (takesTokens) this.#checkTokens(auth);
    else if (auth === 'external') this.#checkExternal();
    else this.#require('password', this.#passwordHint(login.host));
    return {
      name: this.#name,
      host: login.host,
      user: login.user,
      email: login.email,
      ...this.#line(login.host, all),
      password,
      oauth,
      auth,
      proxy: settings.read('proxy', all),
      bind: settings.read('bind', all),
      deliver: settings.read('deliver', all),
      keep: settings.read('keep', all),
      atMost: settings.read('atMost', all),
      every: settings.read('every', all) ?? this.#sources.every,
      first: settings.read('first', all),
      order: settings.read('order', all),
      timeout: settings.read('timeout', all),
      pipelining: settings.read('pipelining', all),
      onReject: settings.read('onReject', all),
      trace: settings.read('trace', all),
      maxSize: settings.read('maxSize', all),
      limit: settings.read('limit', all),
      maxBytes: settings.read('maxBytes', all),
      enabled: settings.read('enabled', all),
    };
  }

  /** Read first: paths and commands may hold them. */
  #login(): Partial<Record<'email' | 'host' | 'user', string>> {
    const settings = this.#settings;
    const early = this.#surroundings({});
    const email = settings.read('email', early);
    const listed = this.#listed(email);
    const host = settings.read('host', early) ?? listed?.host;
    const user = settings.read('user', early) ?? listed?.user ?? email;
    const address = settings.entry('email')?.value;
    if (listed === undefined)
      this.#require('host', 'add host: the name of the POP3 server', address);
    if (settings.entry('email') === undefined && !this.#sources.meant.has('email'))
      this.#require('user', 'add user: the login name');
    return {
      ...(email === undefined ? {} : { email }),
      ...(host === undefined ? {} : { host }),
      ...(user === undefined ? {} : { user }),
    };
  }

  /** What the list of providers says about the address; it is not asked where a host is named. */
  #listed(
    email: string | undefined,
  ): { readonly host?: string; readonly user?: string } | undefined {
    const address = this.#settings.entry('email')?.value;
    const isNamed = this.#settings.entry('host') !== undefined || this.#sources.meant.has('host');
    if (isNamed || email === undefined || address === undefined) return undefined;
    const provider = providerOfAddress(email);
    if (provider === undefined) return undefined;
    const { name, maildrop } = provider;
    if (maildrop.kind === 'pop3') return { host: maildrop.host, user: loginOf(email, provider) };
    this.#report(address, `${name} has no POP3`, maildrop.why);
    return {};
  }

  #surroundings(login: Partial<Record<'email' | 'host' | 'user', string>>): Surroundings {
    const placeholders = { ...login, account: this.#name };
    return { home: this.#home, placeholders, mistakes: this.mistakes };
  }

  /** How the line to the server is protected. */
  #line(
    host: string | undefined,
    all: Surroundings,
  ): Pick<Draft, 'port' | 'tls' | 'tlsSettings' | 'insecure'> {
    const settings = this.#settings;
    const tls = settings.read('tls', all);
    const insecure = settings.read('insecure', all) ?? false;
    const ca = settings.read('tlsCa', all)?.absolute;
    const fingerprint = settings.read('tlsFingerprint', all);
    const client = this.#clientCertificate(all);
    const least = settings.read('tlsMin', all) ?? '1.2';
    const port = settings.read('port', all) ?? (tls === 'on' ? 995 : 110);
    if (tls === 'off') this.#checkUnencrypted(host, insecure);
    return { port, tls, tlsSettings: { ca, fingerprint, client, least }, insecure };
  }

  #clientCertificate(all: Surroundings): TlsSettings['client'] {
    const certificate = this.#settings.read('tlsCert', all)?.absolute;
    const key = this.#settings.read('tlsKey', all)?.absolute ?? certificate;
    const [lone, cert] = [this.#settings.entry('tlsKey'), this.#settings.entry('tlsCert')];
    if (lone !== undefined && cert === undefined)
      this.#report(lone.keySpan, 'tlsKey without tlsCert', 'add tlsCert: the certificate');
    return certificate === undefined || key === undefined ? undefined : { certificate, key };
  }

  /** A provider that takes no passwords gets an access token, unless the file says otherwise. */
  #auth(
    host: string | undefined,
    password: PasswordSource | undefined,
    all: Surroundings,
  ): Draft['auth'] {
    const auth = this.#settings.read('auth', all);
    const provider = host === undefined ? undefined : providerOfHost(host);
    if (auth !== 'auto' || provider?.maildrop.kind !== 'pop3') return auth;
    if (provider.maildrop.auth !== 'oauth2') return auth;
    const written = this.#settings.entry('password')?.value;
    if (password?.kind === 'literal' && written !== undefined)
      this.#report(
        written,
        `${provider.name}: OAuth 2 only, no passwords`,
        'write oauth: {clientId: ...} in its place, or {command: ...} that prints an access token',
      );
    return 'xoauth2';
  }

  /** Access tokens or a password: what the account says itself counts, then the defaults. */
  #takesTokens(): boolean {
    for (const map of [this.#sources.entry.value, this.#sources.defaults]) {
      const [oauth, password] = ['oauth', 'password'].map((name) => map && entryOf(map, name));
      if (oauth !== undefined && password !== undefined)
        this.#report(oauth.keySpan, 'oauth and password at once', 'keep one');
      if (oauth !== undefined) return true;
      if (password !== undefined) return false;
    }
    return false;
  }

  #oauth(host: string | undefined, all: Surroundings): Draft['oauth'] {
    const value = this.#settings.read('oauth', all);
    const written = this.#settings.entry('oauth')?.value;
    if (value === undefined || host === undefined || written === undefined) return undefined;
    const settings = oauthSettings(value, host);
    if (settings === undefined)
      this.#report(
        written,
        `oauth: it is not known who gives out tokens for ${host}`,
        'add provider: microsoft or google, or issuer: URL',
      );
    return settings;
  }

  #checkTokens(auth: Draft['auth']): void {
    const entry = this.#settings.entry('auth');
    if (entry === undefined || auth === undefined || withTokens.has(auth)) return;
    const message = `auth: ${auth} logs in without the tokens of oauth`;
    this.#report(entry.value, message, 'write xoauth2 or oauthbearer, or leave it out');
  }

  #passwordHint(host: string | undefined): string {
    const maildrop = host === undefined ? undefined : providerOfHost(host)?.maildrop;
    if (maildrop?.kind === 'pop3' && maildrop.auth === 'oauth2')
      return 'add oauth: {clientId: ...}, and run popfetch auth login';
    return 'add password: {command: ...}, {file: ...} or {prompt: true}';
  }

  /** The certificate is the login. */
  #checkExternal(): void {
    const auth = this.#settings.entry('auth');
    if (auth === undefined || this.#settings.entry('tlsCert') !== undefined) return;
    const message = 'auth: external logs in with a client certificate';
    this.#report(auth.value, message, 'add tlsCert and tlsKey');
  }

  #checkUnencrypted(host: string | undefined, insecure: boolean): void {
    const tls = this.#settings.entry('tls');
    if (tls !== undefined && host !== undefined && !insecure && !isLoopback(host))
      this.#report(
        tls.value,
        `tls: off would send mail and password unencrypted to ${host}`,
        'write on or starttls, or add insecure: true',
      );
    // In the defaults they may be meant for the other accounts.
    for (const name of ['tlsCa', 'tlsFingerprint', 'tlsCert', 'tlsKey', 'tlsMin']) {
      const key = entryOf(this.#sources.entry.value, name)?.keySpan;
      if (key !== undefined)
        this.#report(key, `${name} is of no use without TLS`, 'write tls: on or starttls');
    }
  }

  #require(name: 'host' | 'user' | 'password', hint: string, span?: Span): void {
    if (this.#settings.entry(name) !== undefined || this.#sources.meant.has(name)) return;
    this.#report(span ?? this.#sources.entry.keySpan, `account ${this.#name} has no ${name}`, hint);
  }

  #report(span: Span, message: string, hint: string): void {
    this.mistakes.push({ span, message, hint });
  }

  get #name(): string {
    return this.#sources.entry.key;
  }
}
