import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { runCommand } from '../../src/cli/run-command.ts';
import { type MaildropMessage, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const minutes: MaildropMessage = {
  uid: 'minutes',
  content: [
    'Date: Mon, 09 Nov 2020 06:51:00 +0000',
    'From: =?utf-8?Q?J=C3=BCrgen_Example?= <ann@example.org>',
    'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from('Hi Joe,\n\nattached are the minutes.\n'.repeat(400))
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n'),
};
const hostile: MaildropMessage = {
  uid: 'hostile',
  content:
    'From: \x1b]0;owned\x07evil@example.org\r\nSubject: =?utf-8?B?G1szMW1yZWQbWzBt?=\r\n\r\n\x1b[2Jgone\x9b1m\r\n',
};
const page: MaildropMessage = {
  uid: 'page',
  content:
    'From: shop@example.org\r\nSubject: Sale\r\nContent-Type: text/html\r\n\r\n<html><head><style>p{}</style></head><body><p>Buy <b>now</b></p></body></html>\r\n',
};
const fetched: RegExp = /^(?:RETR|DELE)/;

test('peek shows who writes what, and the first lines; nothing is changed', async () => {
  await using place = await setUp([minutes, page]);
  const { home, server } = place;
  const { status, stdout, stderr } = await home.run(['peek', 'box', '-n', '2'], {
    env: { TZ: 'UTC' },
  });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(
    stdout,
    `box 1   9 Nov  2020   19 kB  Jürgen Example       Grüße
        Hi Joe,
        attached are the minutes.
box 2  -              146 B  shop@example.org     Sale
        Buy now
`,
  );
  assert.ok(!existsSync(home.stateDir));
  const commands = server.sessions.flatMap((session) => session.commands);
  assert.deepEqual(
    commands.filter((command) => fetched.test(command)),
    [],
  );
  assert.ok(commands.includes('TOP 1 96'));
});

test('escape sequences of a message do not reach the terminal', async () => {
  await using place = await setUp([hostile]);
  const { stdout } = await place.home.run(['peek', 'box']);
  assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u);
  assert.match(stdout, /\?\[31mred\?\[0m/);
  assert.match(stdout, /\?\[2Jgone/);
});

test('messages are named by number, range or unique-id', async () => {
  await using place = await setUp([minutes, hostile, page]);
  const numbers = async (...names: readonly string[]) => {
    const { stdout } = await runInProcess(place.home, ['peek', 'box', '-n', '0', ...names]);
    return [...stdout.matchAll(/^box (\d)/gm)].map(([, number]) => number).join('');
  };
  assert.equal(await numbers('2'), '2');
  assert.equal(await numbers('2-3'), '23');
  assert.equal(await numbers('page', '1'), '31');
  const { status, stderr } = await runInProcess(place.home, ['peek', 'box', '7']);
  assert.equal(status, 64);
  assert.match(stderr, /^box {4}FAIL {2}no message 7\n {7}There are 3: 1 to 3\.$/m);
});

test('--new shows what a poll would fetch, however large', async () => {
  await using place = await setUp([page], { maxSize: '1kB' });
  const { home, server } = place;
  assert.equal((await runInProcess(home, ['once', '--quiet'])).status, 0);
  assert.equal(
    (await runInProcess(home, ['peek', 'box', '--new'])).stdout,
    'box    nothing new of 1\n',
  );
  server.messages.push(minutes);
  assert.match(
    (await runInProcess(home, ['peek', 'box', '--new', '-n', '0'])).stdout,
    /^box 2 .*\n$/,
  );
});

test('of many messages the newest are shown, and how to see all', async () => {
  const many = Array.from({ length: 12 }, (_, at) => ({ ...page, uid: `uid-${at}` }));
  await using place = await setUp(many);
  const { stdout, stderr } = await runInProcess(place.home, ['peek', 'box', '-n', '0']);
  assert.equal(stdout.split('\n').length - 1, 10);
  assert.match(stdout, /^box {2}3 /);
  assert.equal(stderr, 'the newest 10 of 12; all: popfetch peek box 1-12\n');
});

test('an empty maildrop is said to be one', async () => {
  await using place = await setUp([]);
  assert.equal((await runInProcess(place.home, ['peek', 'box'])).stdout, 'box    no messages\n');
});

test('--raw gives the octets as the server sends them, and as many lines as asked for', async () => {
  const content = 'Subject: x\r\n\r\none\x1b\x00\xff\r\n.two\r\nthree\r\n';
  await using place = await setUp([{ uid: 'raw', content }]);
  const { stdout } = await place.home.run(['peek', 'box', '--raw', '-n', '2']);
  assert.equal(stdout, 'Subject: x\r\n\r\none\x1b\x00\ufffd\r\n.two\r\n');
});

test('--raw on a terminal is made safe', async () => {
  await using place = await setUp([hostile]);
  let screen = '';
  const write = (text: string) => {
    screen += text;
  };
  const writeOctets = () => assert.fail('octets as they are');
  const status = await runCommand({
    argv: ['peek', 'box', '--raw', '-c', place.home.configFile],
    env: {},
    stdout: { isTTY: true, write, writeOctets },
    stderr: { isTTY: true, write, writeOctets },
    stderrIsJournal: () => false,
    stdin: Readable.from([]),
    readPrompt: undefined,
    uid: process.geteuid?.(),
    home: place.home.folder,
    program: ['node', 'popfetch'],
    version: '0.0.0',
    run: 'r1',
    now: Date.now,
    onSignal: () => ({ [Symbol.dispose]: () => undefined }),
    onRequest: () => ({ [Symbol.dispose]: () => undefined }),
  });
  assert.equal(status, 0);
  assert.doesNotMatch(screen, /[^\P{Cc}\n]/u);
  assert.match(screen, /^From: \?\]0;owned\?evil@example\.org\n/);
});

test('--json gives the texts whole and safe to print', async () => {
  await using place = await setUp([hostile]);
  const { stdout } = await runInProcess(place.home, ['peek', 'box', '--json']);
  assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u);
  const events = stdout.trimEnd().split('\n');
  const peeked = events.map((line) => JSON.parse(line)).find(({ event }) => event === 'peek');
  assert.equal(peeked.subject, '\x1b[31mred\x1b[0m');
  assert.deepEqual(
    [peeked.account, peeked.uidl, peeked.number, peeked.new, peeked.date],
    ['box', 'hostile', 1, true, undefined],
  );
  assert.equal((await runInProcess(place.home, ['peek', 'box', '--json', '--raw'])).status, 64);
});

test('a server without TOP is told in one clear sentence', async () => {
  await using place = await setUp([page]);
  place.server.faults = { answers: { TOP: '-ERR unknown command' } };
  const { status, stdout, stderr } = await runInProcess(place.home, ['peek', 'box']);
  assert.deepEqual([status, stdout], [69, '']);
  assert.equal(
    stderr,
    `box    FAIL  127.0.0.1 does not show message 1 without fetching it (TOP)
       it said: -ERR unknown command
       Not every server can. popfetch --once --dry-run lists what is new.
`,
  );
});

test('a connection lost while looking does not claim that anything was stored', async () => {
  await using place = await setUp([page, minutes]);
  place.server.faults = { cutAfter: 600 };
  const { status, stderr } = await runInProcess(place.home, ['peek', 'box']);
  assert.equal(status, 75);
  assert.match(stderr, /^box {4}FAIL {2}connection to 127\.0\.0\.1 lost/m);
  assert.doesNotMatch(stderr, /stored/);
});

test('an unknown account is a matter of the command line', async () => {
  await using place = await setUp([]);
  const { status, stderr } = await runInProcess(place.home, ['peek', 'bix']);
  assert.equal(status, 64);
  assert.match(stderr, /no account "bix"/);
});

async function setUp(messages: readonly MaildropMessage[], more: object = {}) {
  const server = await startMaildropServer({ messages });
  const home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const deliver = `${home.path('Maildir')}/`;
  home.configure({
    accounts: { box: { host, port, user, password, tls: 'off', deliver, ...more } },
  });
  return {
    server,
    home,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}
