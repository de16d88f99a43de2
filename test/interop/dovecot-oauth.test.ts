import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthorizationServer, type ServerOptions } from '../support/authorization-server.ts';
import { type Dovecot, dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { type LogInOptions, logIn } from '../support/log-in.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { contentsBelow, processOf } from '../support/what-shows.ts';
import { accountOf, smallMessage, users } from './accounts.ts';

const skip = dovecotMissing() ?? false;
const hour = 3_600_000;

/** What the server offers, what the account says, how it then logged in. */
const ways: readonly (readonly [offered: readonly string[], auth: string, method: string])[] = [
  [['plain', 'xoauth2', 'oauthbearer'], 'auto', 'XOAUTH2'],
  [['plain', 'oauthbearer'], 'auto', 'OAUTHBEARER'],
  [['plain', 'xoauth2', 'oauthbearer'], 'oauthbearer', 'OAUTHBEARER'],
];

for (const [mechanisms, auth, method] of ways)
  test(`with tokens and auth: ${auth} the login at a server with ${mechanisms.join(', ')} is ${method}`, {
    skip,
  }, async () => {
    await using place = await Place.create({ mechanisms, auth });
    const { status, stdout, stderr } = await runInProcess(place.home, ['auth', 'test', 'ann']);
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      /^ann: ok, logged in to 127\.0\.0\.1 as ann; the token is good until .+, then it is renewed\n$/,
    );
    const [session] = await place.mail.sessions('ann', 1);
    assert.equal(session?.method, method);
  });

test('a token whose time is up between two polls is renewed, before the mail server sees it', {
  skip,
}, async () => {
  await using place = await Place.create();
  let now = Date.now();
  await place.poll(1, () => now);
  now += hour;
  await place.poll(1, () => now);
  assert.equal(place.tokens.refreshes, 1);
  assert.doesNotMatch(place.mail.log(), /auth failed/);
});

test('a token that the mail server calls stale before its time is renewed in mid-run', {
  skip,
}, async () => {
  await using place = await Place.create();
  await place.poll(1);
  await place.tokens.spoilTokens();
  await place.poll(1);
  assert.equal(place.tokens.refreshes, 1);
  await place.poll(1);
  assert.equal(place.tokens.refreshes, 1);
});

test('two processes that need a new token at once use the refresh token once', {
  skip,
}, async () => {
  await using place = await Place.create();
  await place.tokens.spoilTokens();
  const tests = [1, 2].map(() => place.home.run(['auth', 'test', 'ann']));
  for (const { status, stderr } of await Promise.all(tests)) assert.equal(status, 0, stderr);
  assert.equal(place.tokens.refreshes, 1);
});

test('an authorization server that is out of order is temporary, and loses nothing', {
  skip,
}, async () => {
  await using place = await Place.create();
  const later = () => Date.now() + hour;
  place.tokens.status = 503;
  const failed = await runInProcess(place.home, ['--once'], later);
  assert.equal(failed.status, 75);
  assert.match(
    failed.stderr,
    /^ann +FAIL {2}no access token from 127\.0\.0\.1:\d+: it answered with status 503\n +temporary/,
  );
  place.tokens.status = undefined;
  await place.poll(1, later);
});

test('a consent that was withdrawn needs a person: the command to run is told', {
  skip,
}, async () => {
  await using place = await Place.create();
  await place.tokens.withdrawConsent();
  await place.tokens.spoilTokens();
  const { status, stderr } = await runInProcess(place.home, ['--once']);
  assert.equal(status, 77);
  const sentence = /failed: the consent was withdrawn or has expired \(invalid_grant\)/;
  assert.match(stderr, sentence);
  assert.match(stderr, /^ +Run: popfetch auth login ann$/m);
  const quiet = await runInProcess(place.home, ['--once', '-q'], () => Date.now() + 25 * hour);
  assert.match(quiet.stderr, /^popfetch: ann: still failing .*the consent was withdrawn/);
  await logIn(place.home);
  await place.poll(1);
});

test('a pause after refused logins ends with a new consent', { skip }, async () => {
  await using place = await Place.create();
  await place.tokens.withdrawConsent();
  await place.tokens.spoilTokens();
  for (let polls = 0; polls < 3; polls++) await runInProcess(place.home, ['--once']);
  const paused = await runInProcess(place.home, ['--once']);
  assert.match(paused.stderr, /skip {2}login refused 3 times/);
  await logIn(place.home);
  await place.poll(1);
});

test('a token that is new and refused all the same is not to blame', { skip }, async () => {
  await using place = await Place.create({ user: 'bob' });
  const { status, stderr } = await runInProcess(place.home, ['--once']);
  assert.equal(status, 77);
  assert.match(stderr, /The access token is new: is POP3 switched on/);
  assert.equal(place.tokens.refreshes, 1);
});

test('a clock that is wrong by a day is no hindrance, nor one that is set right', {
  skip,
}, async () => {
  for (const wrong of [-24 * hour, 24 * hour]) {
    const now = () => Date.now() + wrong;
    await using place = await Place.create({ now });
    await place.poll(1, now);
    await place.poll(1);
  }
});

test('tokens are in their file and nowhere else, whatever is logged', { skip }, async () => {
  await using place = await Place.create();
  const { home, tokens } = place;
  const log = home.path('popfetch.log');
  const seen = new Set<string>();
  const watch = (pid: number) => seen.add(processOf(pid));
  await tokens.spoilTokens();
  place.mail.seed('ann', [smallMessage(7)]);
  const runs = [
    await home.run(['--once', '-vv', '--log-file', log], { watch }),
    await home.run(['auth', 'test', 'ann', '-vv'], { watch }),
    await home.run(['check', '-vv', '--json'], { watch }),
  ];
  for (const { status, stderr } of runs) assert.equal(status, 0, stderr);
  assert.ok([...seen].some((text) => text.includes('popfetch.cjs')));
  const files = contentsBelow(home.folder, 'token.json');
  const outputs = runs.flatMap(({ stdout, stderr }) => [stdout, stderr]);
  assert.equal(tokens.refreshes, 1);
  assert.ok(tokens.secrets.size >= 5);
  for (const text of [...files, ...outputs, ...seen])
    for (const secret of tokens.secrets) assert.ok(!holds(text, secret), text);
});

test('the search for leaks finds a token in base64 as well', () => {
  const line = `user=ann\u0001auth=Bearer the-token-itself\u0001\u0001`;
  assert.ok(holds(`> ${Buffer.from(line).toString('base64')}\n`, 'the-token-itself'));
  assert.ok(!holds('> ***\n', 'the-token-itself'));
});

interface PlaceOptions extends ServerOptions, LogInOptions {
  readonly mechanisms?: readonly string[];
  readonly auth?: string;
  readonly user?: string;
}

/** A mail server that asks an authorization server about tokens, and a home whose account `ann` is logged in there. */
class Place implements AsyncDisposable {
  readonly tokens: AuthorizationServer;
  readonly mail: Dovecot;
  readonly home: PopfetchHome;
  #seeded = 0;

  static async create(options: PlaceOptions = {}): Promise<Place> {
    const tokens = await AuthorizationServer.start(options);
    const { mechanisms = ['plain', 'xoauth2'] } = options;
    const { introspectionUrl } = tokens;
    const mail = await startDovecot({ users, mechanisms, introspectionUrl });
    const place = new Place(tokens, mail, await PopfetchHome.create(), options);
    const { status, stderr } = await logIn(place.home, options);
    assert.equal(status, 0, stderr);
    return place;
  }

  private constructor(
    tokens: AuthorizationServer,
    mail: Dovecot,
    home: PopfetchHome,
    { auth = 'auto', user = 'ann' }: PlaceOptions,
  ) {
    this.tokens = tokens;
    this.mail = mail;
    this.home = home;
    const oauth = tokens.settings;
    const ann = accountOf(mail, 'ann', home, { password: undefined, user, auth, oauth });
    home.configure({ accounts: { ann } });
  }

  /** Polls, and sees that so many new messages come. */
  async poll(fresh: number, now?: () => number): Promise<void> {
    const numbers = Array.from({ length: fresh }, () => ++this.#seeded);
    this.mail.seed('ann', numbers.map(smallMessage));
    const { status, stdout, stderr } = await runInProcess(this.home, ['--once'], now);
    assert.equal(status, 0, stderr);
    assert.match(stdout, new RegExp(`^ann: ${fresh} new`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mail[Symbol.asyncDispose]();
    await this.tokens[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}

/** The token itself, or a word that is base64 of something with the token in it. */
function holds(text: string, secret: string): boolean {
  const words = text.match(/[A-Za-z0-9+/]{16,}={0,2}/g) ?? [];
  return (
    text.includes(secret) ||
    words.some((word) => Buffer.from(word, 'base64').toString('latin1').includes(secret))
  );
}
