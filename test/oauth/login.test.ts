import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { test } from 'node:test';
import type { StopSignal } from '../../src/cli/world.ts';
import { AuthorizationServer } from '../support/authorization-server.ts';
import { ConsentingPerson } from '../support/consenting-person.ts';
import { logIn } from '../support/log-in.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

test('with a code that is entered on another device the account is logged in', async () => {
  await using place = await Place.create();
  const waits: number[] = [];
  const { status, stdout, stderr } = await logIn(place.home, { waits: (ms) => waits.push(ms) });
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /^ann: open http:\S+ in a browser on any device and enter the code\n {2}\S+\n/,
  );
  assert.match(stdout, /ann: consent given, the tokens are stored; popfetch auth test ann tries/);
  // The standard's five seconds, where the server says nothing else.
  assert.equal(waits[0], 5000);
  place.holdsTokens();
});

test('with a browser that comes back to this computer the account is logged in', async () => {
  await using place = await Place.create();
  const { status, stdout, stderr } = await logIn(place.home, {
    by: 'browser',
    async consent(page) {
      const { searchParams } = new URL(page);
      assert.equal(searchParams.get('code_challenge_method'), 'S256');
      assert.match(searchParams.get('redirect_uri') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/$/);
      const { status: told, text } = await new ConsentingPerson('ann').open(page);
      assert.equal(told, 200);
      assert.match(text, /^popfetch has what it needs/);
    },
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /ssh -N -L (\d+):127\.0\.0\.1:\1 THIS-HOST\n/);
  place.holdsTokens();
});

test('on a desktop the page opens by itself, and nowhere else', async () => {
  await using place = await Place.create();
  const opened = place.home.path('opened');
  const script = `#!/bin/sh\necho "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`;
  writeFileSync(place.home.path('xdg-open'), script, { mode: 0o755 });
  const PATH = `${place.home.folder}:${process.env.PATH}`;
  const { status, stdout, stderr } = await logIn(place.home, {
    by: undefined,
    desktop: { DISPLAY: ':7', PATH },
    async consent(page) {
      for await (const _ of watch(place.home.folder)) if (existsSync(opened)) break;
      assert.equal(readFileSync(opened, 'utf8'), `${page}\n`);
      await new ConsentingPerson('ann').open(page);
    },
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /unless it opens by itself/);
  const elsewhere = await logIn(place.home, { by: undefined });
  assert.match(elsewhere.stdout, /enter the code/);
});

const providers = [
  [
    'pop.gmail.com',
    /^https:\/\/accounts\.google\.com\/o\/oauth2\/v2\/auth\?.*scope=https%3A%2F%2Fmail\.google\.com%2F&.*access_type=offline&prompt=consent$/,
    /^http:\/\/127\.0\.0\.1:\d+\/$/,
  ],
  [
    'outlook.office365.com',
    /^https:\/\/login\.microsoftonline\.com\/common\/oauth2\/v2\.0\/authorize\?.*scope=https%3A%2F%2Foutlook\.office\.com%2FPOP\.AccessAsUser\.All\+offline_access/,
    /^http:\/\/localhost:\d+$/,
  ],
] as const;

for (const [host, expected, redirect] of providers)
  test(`for ${host} consent is asked for where its provider documents it`, async () => {
    await using home = await PopfetchHome.create();
    home.configure({ accounts: { ann: { host, user: 'ann', oauth: { clientId: 'one' } } } });
    const { status, stderr } = await logIn(home, {
      by: 'browser',
      async consent(page) {
        assert.match(page, expected);
        const { searchParams } = new URL(page);
        const back = searchParams.get('redirect_uri') ?? '';
        assert.match(back, redirect);
        const state = searchParams.get('state');
        await new ConsentingPerson('ann').open(`${back}?error=access_denied&state=${state}`);
      },
    });
    assert.equal(status, 77);
    assert.match(stderr, /the consent was refused \(access_denied\)/);
  });

test('a stranger who knocks at the port without the state ends nothing', async () => {
  await using place = await Place.create();
  const { status, stderr } = await logIn(place.home, {
    by: 'browser',
    async consent(page) {
      const back = new URL(page).searchParams.get('redirect_uri') ?? '';
      for (const query of ['', '?code=forged', '?code=forged&state=guess', '?error=x&state=guess'])
        assert.equal((await new ConsentingPerson('eve').open(`${back}${query}`)).status, 400);
      await new ConsentingPerson('ann').open(page);
    },
  });
  assert.equal(status, 0, stderr);
});

for (const by of ['device', 'browser'] as const)
  test(`a consent that is refused by ${by} ends the login, and nothing is written`, async () => {
    await using place = await Place.create();
    const refuse = (page: string, code?: string) => new ConsentingPerson('ann').refuse(page, code);
    const { status, stderr } = await logIn(place.home, { by, consent: refuse });
    assert.equal(status, 77);
    assert.match(
      stderr,
      /^ann {2}FAIL {2}login to 127\.0\.0\.1:\d+ failed: the consent was refused/,
    );
    place.holdsNothing();
  });

for (const by of ['device', 'browser'] as const)
  test(`who stops the login by ${by} has changed nothing`, async () => {
    await using place = await Place.create();
    let stop: (signal: StopSignal) => void = () => assert.fail('nobody listens to signals');
    const { status } = await logIn(place.home, {
      by,
      consent: async () => stop('SIGINT'),
      onSignal(listener) {
        stop = listener;
        return { [Symbol.dispose]: () => undefined };
      },
    });
    assert.equal(status, 130);
    place.holdsNothing();
  });

test('a server that is out of order while the code is entered is asked again, more seldom', async () => {
  await using place = await Place.create();
  const waits: number[] = [];
  place.server.status = 503;
  const { status, stderr } = await logIn(place.home, {
    waits(ms) {
      waits.push(ms);
      if (waits.length === 3) place.server.status = undefined;
    },
  });
  assert.equal(status, 0, stderr);
  assert.deepEqual(waits, [5000, 10_000, 20_000]);
});

test('a clock that is wrong by a day is no hindrance, either way', async () => {
  await using place = await Place.create();
  for (const wrong of [-86_400_000, 86_400_000])
    for (const by of ['device', 'browser'] as const) {
      const { status, stderr } = await logIn(place.home, { by, now: () => Date.now() + wrong });
      assert.equal(status, 0, stderr);
    }
});

test('where the tokens could not be kept nobody is asked for consent', async () => {
  await using place = await Place.create();
  writeFileSync(place.home.stateDir, 'a file in the place of the folder');
  const { status, stderr } = await logIn(place.home);
  assert.equal(status, 73, stderr);
  assert.deepEqual(place.server.requests, []);
});

test('what is forgotten is taken back at the server and dropped here', async () => {
  await using place = await Place.create();
  await logIn(place.home);
  const token: unknown = JSON.parse(readFileSync(place.tokenFile, 'utf8')).accessToken;
  assert.ok(typeof token === 'string' && (await place.server.isGood(token)));
  const forget = () => runInProcess(place.home, ['auth', 'forget', 'ann']);
  const { status, stdout } = await forget();
  assert.equal(status, 0);
  assert.equal(stdout, 'ann: the consent is taken back, the tokens are dropped\n');
  assert.equal(await place.server.isGood(token), false);
  assert.ok(!existsSync(place.tokenFile));
  assert.equal((await forget()).stdout, 'ann: there were no tokens\n');
});

test('without consent the command to run is told, and nobody is asked for a password', async () => {
  await using place = await Place.create();
  const { status, stderr } = await runInProcess(place.home, ['--once']);
  assert.equal(status, 77);
  assert.match(stderr, /nobody has given consent yet\n +Run: popfetch auth login ann\n/);
});

test('an authorization server that is gone is told by its name', async () => {
  await using place = await Place.create();
  await logIn(place.home);
  await place.server[Symbol.asyncDispose]();
  const { status, stderr } = await runInProcess(
    place.home,
    ['--once'],
    () => Date.now() + 3_600_000,
  );
  assert.equal(status, 75);
  assert.ok(stderr.includes(`cannot reach ${new URL(place.server.issuer).host} `), stderr);
});

test('neither tokens nor codes are in what is printed', async () => {
  await using place = await Place.create();
  const runs = [
    await logIn(place.home),
    await logIn(place.home, { by: 'browser' }),
    await runInProcess(place.home, ['auth', 'forget', 'ann', '-vv']),
  ];
  assert.ok(place.server.secrets.size >= 6);
  for (const { stdout, stderr } of runs)
    for (const secret of place.server.secrets)
      assert.ok(!(stdout + stderr).includes(secret), stdout + stderr);
});

test('a client secret that systemd keeps is handed to the service of the system', async () => {
  await using home = await PopfetchHome.create();
  const oauth = { clientId: 'one', clientSecret: { credential: 'google.secret' } };
  home.configure({ accounts: { google: { email: 'joe@gmail.com', oauth } } });
  const { stdout } = await runInProcess(home, ['service', 'print', 'system']);
  assert.match(stdout, /^LoadCredential=google\.secret:/m);
});

test('what makes no sense is a mistake of usage', async () => {
  await using place = await Place.create();
  const google = { host: 'pop.gmail.com', user: 'joe', oauth: { clientId: 'one' } };
  place.home.configure({
    accounts: { google, plain: { host: 'localhost', user: 'joe', password: 'p' } },
  });
  for (const [words, complaint] of [
    [['login', 'google', '--device'], /this server gives no codes for mail/],
    [['login', 'google', '--device', '--browser'], /either --device or --browser/],
    [['test', 'google', '--device'], /go with login/],
    [['login', 'plain'], /account plain has no oauth/],
    [['login', 'other'], /no account "other"/],
  ] as const) {
    const { status, stderr } = await runInProcess(place.home, ['auth', ...words]);
    assert.equal(status, 64, stderr);
    assert.match(stderr, complaint);
  }
});

/** An authorization server, and a home with the account `ann` that takes its tokens. */
class Place implements AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly home: PopfetchHome;

  static async create(): Promise<Place> {
    return new Place(await AuthorizationServer.start(), await PopfetchHome.create());
  }

  private constructor(server: AuthorizationServer, home: PopfetchHome) {
    this.server = server;
    this.home = home;
    const ann = { host: '127.0.0.1', user: 'ann', tls: 'off', oauth: server.settings };
    home.configure({ accounts: { ann } });
  }

  get tokenFile(): string {
    return this.home.path('state', 'accounts', 'ann', 'oauth', 'token.json');
  }

  holdsTokens(): void {
    assert.match(readFileSync(this.tokenFile, 'utf8'), /"refreshToken":/);
    assert.equal(statSync(this.tokenFile).mode & 0o777, 0o600);
  }

  holdsNothing(): void {
    assert.ok(!existsSync(this.home.stateDir), readdirSync(this.home.folder).join(' '));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.home[Symbol.asyncDispose]();
  }
}
