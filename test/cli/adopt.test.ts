import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const message = (name: string) =>
  `Message-ID: <${name}@example>\r\nReceived: by example\r\nSubject: ${name}\r\n\r\nHello.\r\n`;

interface Place extends AsyncDisposable {
  readonly server: MaildropServer;
  readonly maildir: string;
  readonly run: (
    line: string,
    answer?: string,
  ) => Promise<{ readonly status: number | null; readonly said: string; readonly stdout: string }>;
}

/** Four messages on the server, of which a and b are stored, and c in part. */
async function place(settings: object = {}): Promise<Place> {
  const names = ['a', 'b', 'c', 'd'];
  const server = await startMaildropServer({
    messages: names.map((uid) => ({ uid, content: message(uid) + 'text\r\n'.repeat(100) })),
  });
  const home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Delivered') };
  const account = { host, port, tls: 'off', user, password, deliver, ...settings };
  home.configure({ accounts: { gmx: account } });
  const maildir = home.path('Maildir');
  mkdirSync(join(maildir, 'cur'), { recursive: true });
  for (const [name, lines] of [
    ['a', 100],
    ['b', 100],
    ['c', 10],
  ] as const)
    writeFileSync(join(maildir, 'cur', name), message(name) + 'text\n'.repeat(lines));
  return {
    server,
    maildir,
    run: async (line, answer) => {
      const around = answer === undefined ? {} : { readPrompt: () => Promise.resolve(answer) };
      const { status, stdout, stderr } = await runInProcess(
        home,
        line.split(' '),
        Date.now,
        around,
      );
      return { status, said: stdout + stderr, stdout };
    },
    [Symbol.asyncDispose]: async () => {
      await home[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function retrieved({ sessions }: MaildropServer): number {
  return sessions.flatMap(({ commands }) => commands).filter((one) => one.startsWith('RETR'))
    .length;
}

test('adopt says what it recognised and what is left, asks, and the next poll fetches only that', async () => {
  await using at = await place();
  const { status, said } = await at.run(`adopt gmx ${at.maildir}`, 'yes');
  assert.equal(status, 0);
  assert.match(
    said,
    /gmx: 2 of 4 messages on the server recognised in .*Maildir \(3 messages there\)/,
  );
  assert.match(said, /gmx: 1 stored with less behind the header than on the server/);
  assert.match(said, /gmx: 2 left, which the next poll fetches/);
  assert.match(said, /gmx: 2 messages taken for seen/);
  assert.equal(retrieved(at.server), 0);
  assert.match((await at.run('--once')).said, /gmx: 2 new/);
  assert.equal(retrieved(at.server), 2);
  assert.deepEqual(
    at.server.messages.map(({ uid }) => uid),
    ['a', 'b', 'c', 'd'],
  );
  const again = await at.run(`adopt gmx ${at.maildir} --yes`);
  assert.match(again.said, /gmx: 4 known before\ngmx: nothing is left/);
});

test('without a yes adopt shows what it found, and records nothing', async () => {
  await using at = await place();
  const alone = await at.run(`adopt gmx ${at.maildir}`);
  assert.equal(alone.status, 64);
  assert.match(alone.said, /2 of 4 messages.*\n.*\n.*\n.*Take 2 messages of gmx for seen\? Nobody/);
  assert.equal((await at.run(`adopt gmx ${at.maildir}`, 'no')).status, 64);
  assert.equal((await at.run(`adopt -n gmx ${at.maildir}`)).status, 0);
  assert.equal((await at.run('--once')).status, 0);
  assert.equal(retrieved(at.server), 4);
});

test('first: new does not make mail seen that came since, once something was adopted', async () => {
  await using at = await place({ first: 'new' });
  assert.equal((await at.run(`adopt gmx ${at.maildir} --yes`)).status, 0);
  assert.match((await at.run('--once')).said, /gmx: 2 new/);
});

test('what was adopted is never deleted from the server: popfetch did not store it', async () => {
  await using at = await place({ keep: false });
  assert.equal((await at.run(`adopt gmx ${at.maildir} --yes`)).status, 0);
  assert.equal((await at.run('--once')).status, 0);
  assert.deepEqual(
    at.server.messages.map(({ uid }) => uid),
    ['a', 'b'],
  );
});

test('adopt --json says the same in lines for programs', async () => {
  await using at = await place();
  const { stdout } = await at.run(`adopt gmx ${at.maildir} --yes --json`);
  const adopted = stdout.split('\n').filter((line) => line.includes('"event":"adopt'));
  assert.deepEqual(
    adopted.map((line) => line.replace(/"time":"[^"]+",/, '')),
    [
      '{"v":1,"event":"adopt","onServer":4,"known":0,"recognised":2,"left":2,"cutShort":1,"unshown":0,"local":3,"account":"gmx","run":"abcd"}',
      '{"v":1,"event":"adopt.end","recorded":2,"account":"gmx","run":"abcd"}',
    ],
  );
});

test('adopt says so where there is nothing to go by', async () => {
  await using at = await place();
  const none = await at.run('adopt gmx /nowhere/at/all');
  assert.equal(none.status, 64);
  assert.match(none.said, /there is no \/nowhere\/at\/all/);
  const empty = join(at.maildir, 'empty');
  mkdirSync(empty);
  assert.match((await at.run(`adopt gmx ${empty}`)).said, /no messages in/);
  assert.equal((await at.run(`adopt other ${empty}`)).status, 64);
  at.server.faults = {
    answers: Object.fromEntries([1, 2, 3, 4].map((n) => [`TOP ${n} 0`, '-ERR no'])),
  };
  const silent = await at.run(`adopt gmx ${at.maildir} --yes`);
  assert.equal(silent.status, 69);
  assert.match(silent.said, /does not show headers without fetching messages \(TOP\)/);
});
