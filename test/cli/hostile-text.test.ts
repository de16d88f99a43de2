import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type MaildropFaults, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

/** Clears a screen, C1, turns text around, rings, sets a window's title, and feigns a line of its own. */
const harmful = '\u001b[2J\u009b31m\u202e\u0007\u001b]0;x\u0007\rgmx ok';
/** As octets on the wire. */
const wire = Buffer.from(harmful, 'utf8').toString('latin1');
const content = `From: ${wire} <a@b>\r\nSubject: ${wire}\r\nMessage-ID: <${wire}@b>\r\n\r\n${wire}\r\n`;

/** What must stand in no output but line feeds. */
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** What the program prints for these command lines, one after the other, on a terminal or not. */
async function told(
  home: PopfetchHome,
  commands: readonly (readonly string[])[],
  isTTY = false,
): Promise<string> {
  let all = '';
  for (const args of commands) {
    let text = '';
    const output = {
      isTTY,
      write: (more: string) => {
        text += more;
      },
      writeOctets: (octets: Uint8Array) => {
        text += Buffer.from(octets).toString('latin1');
      },
    };
    const env = { PATH: process.env.PATH, HOME: home.path('home'), NO_COLOR: '1' };
    await runInProcess(home, args, Date.now, { env, stdout: output, stderr: output });
    assert.doesNotMatch(text, control, `popfetch ${args.join(' ')}`);
    all += text;
  }
  return all;
}

for (const isTTY of [false, true])
  test(`what a server says and messages hold reaches no ${isTTY ? 'terminal' : 'pipe'} and no log as it is`, async () => {
    const uids = ['one', 'two\u001b[2J', 'three\u0007'];
    const messages = uids.map((uid) => ({ uid, content }));
    const faults = { answers: { greeting: `+OK ${wire}`, 'RETR 1': `-ERR ${wire}` } };
    await using server = await startMaildropServer({ messages, faults });
    await using home = await PopfetchHome.create();
    const { host, port, user, password } = server;
    const deliver = { maildir: home.path('Mail\u202edir') };
    home.configure({ accounts: { a: { host, port, user, password, tls: 'off', deliver } } });
    const log = home.path('log');
    const all = await told(
      home,
      [
        ['check', '-vv'],
        ['peek', 'a', '-n', '3'],
        ['peek', 'a', '--json'],
        // Raw means raw, but not for the person in front of it.
        ...(isTTY ? [['peek', 'a', '--raw']] : []),
        ['--once', '-n', '-vv', '--log-file', log],
        ['--once', '-vv', '--log-file', log, '--log-format', 'pretty'],
        ['--once', '-vv', '--log-file', log, '--log-format', 'json', '--all', '--yes'],
        ['--once', '--json', '--all', '--yes'],
        ['status'],
        ['status', '--json'],
        ['history'],
        ['verify'],
        ['verify', '--json'],
        ['state', 'list', 'a'],
        ['doctor', 'a'],
      ],
      isTTY,
    );
    assert.match(all, /\?\[2J/);
    assert.match(all, /-> \S+\/Mail\?dir/);
    assert.match(all, /"subject":"[^"]*\\u001b/);
    assert.doesNotMatch(readFileSync(log, 'utf8'), control);
  });

const refusals: Readonly<Record<string, MaildropFaults>> = {
  'a greeting that refuses': { answers: { greeting: `-ERR ${wire}` } },
  'no greeting at all': { answers: { greeting: wire } },
  'a refused login': { answers: { AUTH: `-ERR [AUTH] ${wire}`, PASS: `-ERR [AUTH] ${wire}` } },
  'a refused listing': { answers: { UIDL: `-ERR ${wire}`, LIST: `-ERR ${wire}` } },
  'a refused QUIT': { answers: { QUIT: `-ERR ${wire}` } },
};

for (const [name, faults] of Object.entries(refusals))
  test(`${name} is told in harmless words, in every form`, async () => {
    await using server = await startMaildropServer({ messages: [{ uid: 'u', content }], faults });
    await using home = await PopfetchHome.create();
    const { host, port, user, password } = server;
    const deliver = { maildir: home.path('Maildir') };
    home.configure({
      alerts: { after: 1 },
      accounts: { a: { host, port, user, password, tls: 'off', deliver, keep: false } },
    });
    const commands = [
      ['--once', '-q', 'a'],
      ['--once', '-vv', 'a'],
      ['--once', '--json', 'a'],
      ['check', 'a'],
      ['peek', 'a'],
      ['status'],
      ['history', 'a'],
    ];
    const all = await told(home, commands);
    assert.match(all, /\?\[2J/);
  });

test('a file or folder whose name could harm a terminal is refused in harmless words', async () => {
  await using home = await PopfetchHome.create();
  for (const deliver of [`/tmp/${harmful}/`, { pipe: ['/bin/sh', harmful] }, harmful]) {
    home.configure({ accounts: { a: { host: 'pop.example.org', user: 'joe', deliver } } });
    assert.match(await told(home, [['--once'], ['config', 'check']]), /control character/);
  }
});

test('what commands write is told in harmless words: destinations, passwords, hooks', async () => {
  await using server = await startMaildropServer({ messages: [{ uid: 'u\u001b[2J', content }] });
  await using home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const ending = "printf '\\033[2J\\007\\302\\233 no\\n' >&2; exit";
  const account = { host, port, user, tls: 'off' };
  home.configure({
    hooks: { failure: ['sh', '-c', `${ending} 1`] },
    accounts: {
      a: { ...account, password, deliver: { pipe: ['sh', '-c', `cat >&2; ${ending} 65`] } },
      b: { ...account, password: { command: ['sh', '-c', `${ending} 1`] } },
    },
  });
  const once = ['--once', 'a', 'b'];
  const all = await told(home, [
    once,
    [...once, '-q'],
    [...once, '-vv'],
    [...once, '--json'],
    ['quarantine', 'list'],
    ['quarantine', 'list', '--json'],
    ['quarantine', 'show', 'a'],
    ['quarantine', 'retry', 'a'],
    ['state', 'list', 'a'],
    ['verify', 'a'],
  ]);
  assert.match(all, /hook exited 1: .*\?\[2J/);
  assert.match(all, /cannot get the password: .*\?\[2J/);
  assert.match(all, /u\?\[2J/);
});
