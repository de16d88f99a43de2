import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { courierMissing, startCourier } from '../support/courier.ts';
import { mailutilsMissing, startMailutils } from '../support/mailutils.ts';
import { popa3dMissing, startPopa3d } from '../support/popa3d.ts';
import type { RealServer, RealServerOptions } from '../support/real-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { type PopfetchHome as Home, PopfetchHome } from '../support/run-popfetch.ts';
import { smallMessage } from './accounts.ts';
import { awkwardMessages } from './messages.ts';
import { assertStored, type Expected, filesOf } from './stored.ts';

/** One maildrop for each way to connect, so that one run of popfetch goes all ways at once. */
const ways = { ann: 'off', bob: 'starttls', cat: 'on' } as const;
type User = keyof typeof ways;
const users: Readonly<Record<User, string>> = {
  ann: 'ann-has-a-secret',
  bob: 'bob-has-another',
  cat: 'cat-has-a-third',
};

interface Kind {
  readonly name: string;
  readonly missing: () => string | undefined;
  readonly start: (options: RealServerOptions) => Promise<RealServer>;
  /** Whom it can serve, by how they connect. */
  readonly users: readonly User[];
  /** Mechanisms that both sides know, and the first line that popfetch sends for each. */
  readonly mechanisms: Readonly<Record<string, RegExp>>;
  /** What it says to a wrong password. */
  readonly refusal: RegExp;
  /** Whether it writes header fields of its own into the messages it keeps. */
  readonly marksMessages?: boolean;
  /** Messages to try it with, where each takes it long. */
  readonly most?: number;
  /** All that it changes in a message put there; undefined: so much that it is asked itself. */
  readonly served?: (text: string) => string;
}

const kinds: readonly Kind[] = [
  {
    name: 'Courier',
    missing: courierMissing,
    start: startCourier,
    users: ['ann', 'bob', 'cat'],
    mechanisms: {
      user: /USER ann/,
      plain: /AUTH PLAIN/,
      login: /AUTH LOGIN/,
      'cram-md5': /AUTH CRAM-MD5/,
    },
    refusal: /-ERR (?:Login|Authentication) failed\./,
    // In UTF8 mode, which popfetch enters; else it wraps 8-bit messages into reports.
    served: (text) => (text.endsWith('\r\n') ? text : `${text}\r\n`),
  },
  {
    name: 'GNU mailutils pop3d',
    missing: mailutilsMissing,
    start: startMailutils,
    users: ['ann', 'bob', 'cat'],
    mechanisms: { user: /USER ann/, apop: /APOP ann/ },
    refusal: /-ERR \[AUTH\]/,
    marksMessages: true,
  },
  {
    name: 'popa3d',
    missing: popa3dMissing,
    start: startPopa3d,
    users: ['ann'],
    mechanisms: { user: /USER ann/ },
    refusal: /-ERR/,
    most: 6,
  },
];

suite('real servers', { concurrency: true }, () => {
  for (const kind of kinds) {
    const skip = kind.missing() ?? false;
    test(`${kind.name}: every message arrives once and as it is, over each kind of connection, and leaves when it may`, {
      skip,
    }, async () => {
      await using server = await kind.start({ users });
      await using home = await PopfetchHome.create();
      const messages = messagesFor(kind);
      for (const user of kind.users) server.seed(user, messages);
      const expected = await whatIsServed(server, kind, messages);
      const all = kind.users.length;
      const configure = (keep: boolean): void =>
        home.configure({ accounts: accountsOf(kind, server, home, { keep }) });

      configure(true);
      const dry = await runInProcess(home, ['--once', '--dry-run']);
      assert.equal(dry.status, 0, dry.stderr);
      const check = await runInProcess(home, ['check', '--count']);
      assert.equal(check.status, 0, check.stderr);
      const served = [...expected.values()].flat().length;
      assert.ok(served >= kind.users.length * 6, 'the server found messages in what was put there');
      assert.equal(check.stdout, `${served}\n`);

      const first = await home.run(['--once']);
      assert.equal(first.status, 0, first.stderr);
      assertAllStored(kind, home, expected);
      const second = await runInProcess(home, ['--once']);
      assert.equal(second.status, 0, second.stderr);
      assert.equal(second.stdout.match(/: nothing new \(/g)?.length, all, second.stdout);

      const late = { name: 'late', bytes: Buffer.from('Subject: late\r\n\r\nlate\r\n') };
      for (const user of kind.users) server.seed(user, [late]);
      const peek = await runInProcess(home, ['peek', '--new', 'ann']);
      assert.equal(peek.status, 0, peek.stderr);
      assert.match(peek.stdout, /late/);
      const third = await runInProcess(home, ['--once']);
      assert.equal(third.status, 0, third.stderr);
      assert.equal(third.stdout.match(/: 1 new, /g)?.length, all, third.stdout);
      const now = new Map([...expected].map(([user, before]) => [user, [...before, late]]));
      assertAllStored(kind, home, now);

      configure(false);
      const last = await runInProcess(home, ['--once']);
      assert.equal(last.status, 0, last.stderr);
      assertAllStored(kind, home, now);
      for (const user of kind.users)
        assert.equal((await server.read(user)).length, 0, `the maildrop of ${user} is empty`);
    });

    test(`${kind.name}: every mechanism that it offers logs in, over each kind of connection`, {
      skip,
    }, async () => {
      await using server = await kind.start({ users });
      await using home = await PopfetchHome.create();
      const accounts: Record<string, object> = {};
      for (const auth of Object.keys(kind.mechanisms))
        for (const user of kind.users) {
          const one = accountsOf(kind, server, home, { auth, keep: true })[user];
          accounts[`${user}-${auth}`] = { ...one, user: 'ann', password: users.ann };
        }
      server.seed('ann', [smallMessage(1)]);
      home.configure({ jobs: 1, accounts });
      const run = await home.run(['check', '-vv']);
      assert.equal(run.status, 0, run.stderr);
      for (const name of Object.keys(accounts)) {
        const auth = name.slice(name.indexOf('-') + 1);
        const dialogue = run.stderr.split('\n').filter((line) => line.includes(`account=${name} `));
        assert.match(dialogue.join('\n'), kind.mechanisms[auth] ?? /never/, name);
      }
    });

    test(`${kind.name}: a wrong password is told in the words of the server, and another account is delivered`, {
      skip,
    }, async () => {
      await using server = await kind.start({ users });
      await using home = await PopfetchHome.create();
      const message = smallMessage(1);
      server.seed('bob', [message]);
      const accounts = accountsOf(kind, server, home, { keep: false });
      home.configure({
        perHost: 2,
        accounts: {
          ann: { ...accounts.ann, password: 'guessed' },
          bob: {
            ...accounts.ann,
            user: 'bob',
            password: users.bob,
            deliver: `${home.path('bob')}/`,
          },
        },
      });
      const run = await home.run(['--once']);
      assert.equal(run.status, 77, run.stderr);
      assert.match(run.stderr, /^ann +FAIL +login refused by 127\.0\.0\.1$/m);
      assert.match(run.stderr, kind.refusal);
      assertSame(kind, home.path('bob'), [message]);
      assert.equal((await server.read('bob')).length, 0);
    });
  }

  test('Courier drops what is sent behind PASS in one go, and popfetch waits for the answer', {
    skip: courierMissing() ?? false,
  }, async () => {
    await using server = await startCourier({ users });
    await using home = await PopfetchHome.create();
    server.seed('ann', [smallMessage(1)]);
    const heard = await hearFor(300, server.pop3Port, `USER ann\r\nPASS ${users.ann}\r\nSTAT\r\n`);
    assert.equal(heard.at(-1), '+OK logged in.', 'nothing is said to STAT');
    home.configure({ accounts: { ann: plainAccount(server, home, 'ann', { auth: 'user' }) } });
    const run = await home.run(['--once', '-vv']);
    assert.equal(run.status, 0, run.stderr);
    const lines = run.stderr.split('\n').filter((line) => /msg="[<>] /.test(line));
    const pass = lines.findIndex((line) => line.includes('> PASS ***'));
    assert.match(lines[pass + 1] ?? '', /< \+OK logged in\./);
    assertStored(home.path('Maildir', 'ann'), [smallMessage(1)]);
  });

  test('GNU mailutils serves one client at a time and misjudges sizes: the maildrop in use is left for later, messages are whole', {
    skip: mailutilsMissing() ?? false,
  }, async (t) => {
    await using server = await startMailutils({ users });
    await using home = await PopfetchHome.create();
    const messages = [1, 2, 3].map(smallMessage);
    server.seed('ann', messages);
    server.seed('bob', messages);
    const accounts = {
      ann: plainAccount(server, home, 'ann'),
      bob: plainAccount(server, home, 'bob'),
    };
    home.configure({ perHost: 2, accounts });
    const other = connect({ host: '127.0.0.1', port: server.pop3Port });
    t.after(() => other.destroy());
    other.write(`USER ann\r\nPASS ${users.ann}\r\nUIDL\r\nLIST\r\n`);
    const heard = await until(other, /\n1 \d+\r\n(?:.*\r\n)*\.\r\n$/);
    const listed = Number(/^1 (\d+)/m.exec(heard)?.[1]);
    assert.notEqual(listed, messages[0]?.bytes.length, 'the listed size is wrong');
    const run = await home.run(['--once']);
    assert.equal(run.status, 75, run.stderr);
    assert.match(run.stderr, /^ann +FAIL/m);
    assert.match(run.stderr, /\[IN-USE\]/);
    assert.match(run.stdout, /^bob: 3 new, /m);
    other.destroy();
    await settled(async () => {
      const run = await home.run(['--once']);
      return run.status === 0;
    });
    for (const user of ['ann', 'bob'])
      assertSame({ marksMessages: true }, home.path('Maildir', user), messages);
  });

  test('popa3d gives identical messages one unique-id: each of them is delivered, and one that comes later too', {
    skip: popa3dMissing() ?? false,
  }, async () => {
    await using server = await startPopa3d({ users });
    await using home = await PopfetchHome.create();
    const [twin, other] = [smallMessage(1), smallMessage(2)];
    server.seed('ann', [twin, twin, other]);
    home.configure({ accounts: { ann: plainAccount(server, home, 'ann') } });
    for (const stored of [
      [twin, twin, other],
      [twin, twin, other],
    ]) {
      const run = await home.run(['--once']);
      assert.equal(run.status, 0, run.stderr);
      assertStored(home.path('Maildir', 'ann'), stored);
    }
    server.seed('ann', [twin]);
    const run = await home.run(['--once']);
    assert.equal(run.status, 0, run.stderr);
    assertStored(home.path('Maildir', 'ann'), [twin, twin, twin, other]);
  });
});

/** What writes into messages tells each time something else of a bare CR, and where header or body is missing. */
function messagesFor({ marksMessages, most }: Kind): readonly Expected[] {
  const { messages } = awkwardMessages(process.env.POPFETCH_LONG === '1' ? 'with corpus' : 'own');
  if (most !== undefined) return messages.slice(0, most);
  if (marksMessages !== true) return messages;
  return messages.filter(({ bytes }) => {
    const text = bytes.toString('latin1');
    return /^[\w-]+: .*?\r\n\r\n./s.test(text) && !/\r(?!\n)/.test(text);
  });
}

function accountsOf(
  kind: Kind,
  server: RealServer,
  home: Home,
  changes: object,
): Record<string, object> {
  return Object.fromEntries(
    kind.users.map((user) => [
      user,
      {
        host: '127.0.0.1',
        port: ways[user] === 'on' ? server.pop3sPort : server.pop3Port,
        tls: ways[user],
        ...(ways[user] === 'off' ? {} : { tlsCa: server.certificates.caFile }),
        user,
        password: users[user],
        deliver: `${home.path('Maildir', user)}/`,
        trace: false,
        ...changes,
      },
    ]),
  );
}

async function whatIsServed(
  server: RealServer,
  kind: Kind,
  messages: readonly Expected[],
): Promise<Map<User, readonly Expected[]>> {
  const served = new Map<User, readonly Expected[]>();
  for (const user of kind.users) served.set(user, await servedTo(user, server, kind, messages));
  return served;
}

async function servedTo(
  user: User,
  server: RealServer,
  { served }: Kind,
  messages: readonly Expected[],
): Promise<readonly Expected[]> {
  if (served === undefined)
    return (await server.read(user)).map((bytes, index) => ({
      name: `${user} ${index + 1}`,
      bytes,
    }));
  return messages.map(({ name, bytes }) => {
    const text = served(Buffer.from(bytes).toString('latin1'));
    return { name: `${user}: ${name}`, bytes: Buffer.from(text, 'latin1') };
  });
}

function assertAllStored(
  kind: Kind,
  home: Home,
  expected: ReadonlyMap<User, readonly Expected[]>,
): void {
  for (const [user, messages] of expected) assertSame(kind, home.path('Maildir', user), messages);
}

/** Octet for octet, without what the server itself wrote into the header meanwhile. */
function assertSame(
  kind: Pick<Kind, 'marksMessages'>,
  maildir: string,
  expected: readonly Expected[],
): void {
  if (kind.marksMessages !== true) {
    assertStored(maildir, expected);
    return;
  }
  const stored = filesOf(maildir).map((file) => summaryOf(readFileSync(file)));
  assert.deepEqual(stored.sort(), expected.map(({ bytes }) => summaryOf(bytes)).sort());
}

function summaryOf(bytes: Uint8Array): string {
  const text = unmarked(bytes);
  const digest = createHash('sha256').update(text, 'latin1').digest('hex');
  return `${JSON.stringify(text.slice(0, 100))}, ${text.length} octets, ${digest}`;
}

function unmarked(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n');
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n');
  const header = end === -1 ? text : text.slice(0, end + 1);
  const own = header.replace(/^(?:X-UIDL?|Status|X-Status|X-IMAPbase): .*\n/gm, '');
  return own + (end === -1 ? '' : text.slice(end + 1));
}

function plainAccount(server: RealServer, home: Home, user: User, changes: object = {}): object {
  return {
    host: '127.0.0.1',
    port: server.pop3Port,
    tls: 'off',
    user,
    password: users[user],
    deliver: `${home.path('Maildir', user)}/`,
    keep: true,
    trace: false,
    ...changes,
  };
}

/** The lines that a server says within so many ms to all this at once. */
async function hearFor(ms: number, port: number, said: string): Promise<string[]> {
  const socket = connect({ host: '127.0.0.1', port });
  let heard = '';
  socket.on('data', (chunk) => {
    heard += String(chunk);
  });
  await once(socket, 'data');
  socket.write(said);
  await delay(ms);
  socket.destroy();
  return heard.trimEnd().split('\r\n');
}

async function until(socket: Socket, end: RegExp): Promise<string> {
  let heard = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    heard += String(chunk);
    if (end.test(heard)) break;
  }
  return heard;
}

/** The server takes a moment to notice that a client is gone. */
async function settled(succeeds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) if (await succeeds()) return;
  throw new Error('it never settles');
}
