import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Dovecot, dovecotMissing, startDovecot } from '../support/dovecot.ts';
import { freePorts } from '../support/dovecot-ports.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { accountOf, smallMessage, users } from './accounts.ts';
import { awkwardMessages } from './messages.ts';
import { assertStored, type Expected } from './stored.ts';

const skip = dovecotMissing() ?? false;

test('Dovecot changes nothing but a missing final line end, so what it sends can be compared with', {
  skip,
}, async (t) => {
  await using server = await startDovecot({ users });
  const { messages, description } = awkwardMessages();
  server.seed('ann', messages);
  const served = await server.read('ann');
  assert.equal(served.length, messages.length);
  let asTheyAre = 0;
  for (const [index, { name, bytes }] of messages.entries()) {
    const same = served[index]?.equals(bytes) === true;
    if (same) asTheyAre += 1;
    else assert.deepEqual(served[index], Buffer.concat([bytes, Buffer.from('\r\n')]), name);
  }
  t.diagnostic(`${description}; ${asTheyAre} are sent as they are`);
});

test('over implicit TLS every message arrives octet for octet and once, and leaves when keep is set to false later', {
  skip,
}, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const expected = await seedAwkward(server);
  const account = accountOf(server, 'ann', home);
  home.configure({ accounts: { ann: account } });

  const first = await home.run(['--once']);
  assert.equal(first.stderr, '');
  assert.match(first.stdout, new RegExp(`^ann: ${expected.length} new, .* -> `));
  assert.equal(first.status, 0);
  assertStored(home.path('Maildir', 'ann'), expected);

  const second = await home.run(['--once']);
  assert.equal(second.stdout, `ann: nothing new (${expected.length} on the server)\n`);
  assert.equal(second.status, 0);
  assertStored(home.path('Maildir', 'ann'), expected);

  home.configure({ accounts: { ann: { ...account, keep: false } } });
  const third = await home.run(['--once']);
  assert.equal(third.status, 0, third.stderr);
  assertStored(home.path('Maildir', 'ann'), expected);
  assert.equal((await server.read('ann')).length, 0, 'the maildrop is empty');

  const messages = expected.length;
  const session = {
    method: 'PLAIN',
    encrypted: true,
    loggedOut: true,
    retrieved: 0,
    deleted: 0,
    messages,
  };
  const [reading, ...polls] = await server.sessions('ann', 5);
  assert.deepEqual(reading, { ...session, encrypted: false, retrieved: messages });
  assert.deepEqual(polls.slice(0, 3), [
    { ...session, retrieved: messages },
    session,
    { ...session, deleted: messages },
  ]);
});

test('over STLS every message arrives octet for octet and leaves the server in the same session', {
  skip,
}, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const expected = await seedAwkward(server);
  home.configure({
    accounts: {
      ann: accountOf(server, 'ann', home, {
        port: server.pop3Port,
        tls: 'starttls',
        keep: false,
      }),
    },
  });

  const run = await home.run(['--once']);
  assert.equal(run.status, 0, run.stderr);
  assertStored(home.path('Maildir', 'ann'), expected);
  const session = (await server.sessions('ann', 2)).at(-1);
  assert.equal(session?.encrypted, true, server.log());
  assert.equal(session.retrieved, expected.length);
  assert.equal(session.deleted, expected.length);
  assert.equal((await server.read('ann')).length, 0, 'the maildrop is empty');

  const again = await home.run(['--once']);
  assert.equal(again.stdout, 'ann: nothing new (0 on the server)\n');
  assertStored(home.path('Maildir', 'ann'), expected);
});

test('a message that arrives between two polls is the only one fetched by the second', {
  skip,
}, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  home.configure({ accounts: { ann: accountOf(server, 'ann', home) } });
  const messages = [1, 2, 3].map(smallMessage);
  server.seed('ann', messages.slice(0, 2));
  assert.equal((await home.run(['--once'])).status, 0);
  server.seed('ann', messages.slice(2));
  const run = await home.run(['--once']);
  assert.match(run.stdout, /^ann: 1 new, /);
  assert.equal((await server.sessions('ann', 2))[1]?.retrieved, 1);
  assertStored(home.path('Maildir', 'ann'), messages);
});

test('a message that Dovecot cuts short, by not byte-stuffing a dot that it begins with, stops no other', {
  skip,
}, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const dotFirst = { name: 'a dot first', bytes: Buffer.from('.\r\nFrom: ann\r\n\r\nbody\r\n') };
  server.seed('ann', [smallMessage(1), dotFirst, smallMessage(2)]);
  home.configure({ accounts: { ann: accountOf(server, 'ann', home, { keep: false }) } });
  for (const runs of [1, 2, 3, 4]) {
    if (runs === 3) server.seed('ann', [smallMessage(3)]);
    const run = await home.run(['--once']);
    assert.equal(run.status, 76, run.stderr);
    assert.match(run.stderr, /^ann +FAIL +127\.0\.0\.1 does not speak POP3 properly/m);
    assert.match(run.stderr, /breaks off in message \S+, left on the server/);
    const expected = runs < 3 ? [1, 2] : [1, 2, 3];
    assertStored(home.path('Maildir', 'ann'), expected.map(smallMessage));
  }
  const sessions = await server.sessions('ann', 7);
  assert.equal(sessions.at(-1)?.messages, 1, 'the others have left the server');
});

test('a wrong password is reported with the words of the server while another account is delivered', {
  skip,
}, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const message = smallMessage(1);
  server.seed('ann', [message]);
  server.seed('bob', [message]);
  home.configure({
    accounts: {
      ann: accountOf(server, 'ann', home, { password: 'guessed' }),
      bob: accountOf(server, 'bob', home),
    },
  });
  const run = await home.run(['--once']);
  assert.equal(run.status, 77, run.stderr);
  assert.match(run.stderr, /^ann +FAIL +login refused by 127\.0\.0\.1$/m);
  assert.match(run.stderr, /^ +it said: -ERR \[AUTH\] Authentication failed\.$/m);
  assert.match(run.stdout, /^bob: 1 new, /m);
  assert.match(run.stdout, /^1 of 2 accounts ok, 1 new message, .*Failed: ann$/m);
  assertStored(home.path('Maildir', 'bob'), [message]);
  await server.sessions('bob', 1);
  const attempts = server.log().match(/auth failed, (\d+) attempts .*user=<ann>/g) ?? [];
  assert.deepEqual(
    attempts.map((line) => line.slice(0, 24)),
    ['auth failed, 1 attempts '],
    'one attempt, in one session',
  );
});

const otherFingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
const certificates: readonly {
  readonly situation: string;
  readonly tls: (server: Dovecot) => object;
  readonly says: RegExp | undefined;
}[] = [
  {
    situation: 'a certificate that no system authority signed',
    tls: () => ({ tlsCa: undefined }),
    says: /the certificate of 127\.0\.0\.1 is not trusted: /,
  },
  {
    situation: 'a certificate other than the pinned one',
    tls: () => ({ tlsCa: undefined, tlsFingerprint: otherFingerprint }),
    says: /certificate of 127\.0\.0\.1/,
  },
  {
    situation: 'a certificate other than the pinned one that a trusted authority signed',
    tls: () => ({ tlsFingerprint: otherFingerprint }),
    says: /certificate of 127\.0\.0\.1/,
  },
  {
    situation: 'the pinned certificate, of an authority that nobody knows,',
    tls: (server) => ({ tlsCa: undefined, tlsFingerprint: server.certificates.fingerprint }),
    says: undefined,
  },
];

for (const { situation, tls, says } of certificates) {
  for (const mode of ['on', 'starttls'] as const) {
    const verdict = says === undefined ? 'is accepted' : 'is refused before the login';
    test(`${situation} ${verdict} with tls: ${mode}`, { skip }, async () => {
      await using server = await startDovecot({ users });
      await using home = await PopfetchHome.create();
      const message = smallMessage(1);
      server.seed('ann', [message]);
      const port = mode === 'on' ? server.pop3sPort : server.pop3Port;
      const changes = { port, tls: mode, ...tls(server) };
      home.configure({ accounts: { ann: accountOf(server, 'ann', home, changes) } });
      const run = await runInProcess(home, ['--once']);
      if (says === undefined) {
        assert.equal(run.status, 0, run.stderr);
        assertStored(home.path('Maildir', 'ann'), [message]);
      } else {
        assert.equal(run.status, 76, run.stderr);
        assert.match(run.stderr, /^ann +FAIL +/m);
        assert.match(run.stderr, says);
        await server.read('bob');
        await server.sessions('bob', 1); // What the log tells of ann comes before this.
        assert.doesNotMatch(server.log(), /user=<ann>/, 'the server was never told who asks');
      }
    });
  }
}

test('an account whose server refuses the connection fails alone', { skip }, async () => {
  await using server = await startDovecot({ users });
  await using home = await PopfetchHome.create();
  const message = smallMessage(1);
  server.seed('bob', [message]);
  const nobodyListens = (await freePorts(1))[0] ?? 0;
  home.configure({
    accounts: {
      ann: accountOf(server, 'ann', home, { port: nobodyListens }),
      bob: accountOf(server, 'bob', home),
    },
  });
  const run = await home.run(['--once']);
  assert.equal(run.status, 75, run.stderr);
  const refused = `cannot reach 127\\.0\\.0\\.1:${nobodyListens} \\(connection refused\\)`;
  assert.match(run.stderr, new RegExp(`^ann +FAIL +${refused}$`, 'm'));
  assert.match(run.stderr, /^ +temporary, will try again/m);
  assert.match(run.stdout, /^bob: 1 new, /m);
  assertStored(home.path('Maildir', 'bob'), [message]);
});

/** Fills ann's maildrop with everything awkward; returns what the server makes of it. */
async function seedAwkward(server: Dovecot): Promise<readonly Expected[]> {
  const { messages } = awkwardMessages();
  server.seed('ann', messages);
  const served = await server.read('ann');
  assert.equal(served.length, messages.length);
  return served.map((bytes, index) => ({ name: messages[index]?.name ?? '', bytes }));
}
