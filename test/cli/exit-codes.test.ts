import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type MaildropFaults,
  type MaildropServer,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { repository } from '../support/source-code.ts';

interface Scene {
  readonly name: string;
  readonly status: number;
  readonly fetchmail: number;
  readonly args?: readonly string[];
  readonly faults?: MaildropFaults;
  /** Keys of the account. */
  readonly account?: (server: MaildropServer) => object;
  readonly arrange?: (home: PopfetchHome) => void;
}

const refused = (line: string): MaildropFaults => ({ answers: { PASS: line, AUTH: line } });
const pipe = (status: number) => () => ({ deliver: { pipe: ['/bin/sh', '-c', `exit ${status}`] } });
const first = 'RETR 1';

/** Each row of SPEC 4 that a run of --once can come to, and how. */
const scenes: readonly Scene[] = [
  { name: 'mail was delivered', status: 0, fetchmail: 0 },
  { name: 'nothing was new', status: 0, fetchmail: 1, args: ['--once', '--limit', '1', 'empty'] },
  {
    name: 'nothing was new, --fail-on-empty',
    status: 1,
    fetchmail: 1,
    args: ['--once', '--fail-on-empty', 'empty'],
  },
  { name: 'a mistyped option', status: 64, fetchmail: 5, args: ['--once', '--nonsense'] },
  { name: 'an account that is not there', status: 64, fetchmail: 5, args: ['--once', 'nobody'] },
  { name: 'refused for good', status: 65, fetchmail: 10, account: pipe(65) },
  {
    name: 'a problem that lasts',
    status: 69,
    fetchmail: 2,
    faults: refused('-ERR [SYS/PERM] gone'),
  },
  {
    name: 'a state directory that is a file',
    status: 78,
    fetchmail: 5,
    arrange: (home) => writeFileSync(home.stateDir, ''),
  },
  { name: 'put off by the destination', status: 75, fetchmail: 2, account: pipe(75) },
  { name: 'nobody listens', status: 75, fetchmail: 2, account: () => ({ port: 1 }) },
  {
    name: 'a server that says nothing',
    status: 75,
    fetchmail: 7,
    faults: { stallAt: 'greeting' },
    account: () => ({ timeout: '1s' }),
  },
  {
    name: 'a maildrop in use',
    status: 75,
    fetchmail: 9,
    faults: refused('-ERR [IN-USE] locked'),
  },
  {
    name: 'a login too early',
    status: 75,
    fetchmail: 14,
    faults: refused('-ERR [LOGIN-DELAY] wait'),
  },
  {
    name: 'a password that is not to be had',
    status: 75,
    fetchmail: 2,
    account: () => ({ password: { env: 'NOT_THERE' } }),
  },
  { name: 'a line that breaks', status: 75, fetchmail: 2, faults: { cutAfter: 120 } },
  {
    name: 'no POP3',
    status: 76,
    fetchmail: 4,
    faults: { answers: { greeting: 'SSH-2.0-OpenSSH_9.2' } },
  },
  { name: 'no TLS', status: 76, fetchmail: 2, account: () => ({ tls: 'on' }) },
  { name: 'a login refused', status: 77, fetchmail: 3, faults: refused('-ERR [AUTH] no') },
  {
    name: 'a key that there is none',
    status: 78,
    fetchmail: 5,
    account: () => ({ nonsense: true }),
  },
  {
    name: 'a configuration that others can write',
    status: 78,
    fetchmail: 6,
    arrange: (home) => chmodSync(home.configFile, 0o622),
  },
];

for (const scene of scenes)
  test(`${scene.name} exits with ${scene.status}, and with ${scene.fetchmail} for scripts of fetchmail`, async () => {
    assert.equal(await statusOf(scene, 'default'), scene.status);
    assert.equal(await statusOf(scene, 'fetchmail'), scene.fetchmail);
  });

async function statusOf(scene: Scene, exitCodes: string): Promise<number | null> {
  const messages = [{ uid: 'one', content: 'Subject: one\r\n\r\nHello.\r\n' }];
  await using server = await startMaildropServer({ messages, faults: scene.faults ?? {} });
  await using none = await startMaildropServer();
  await using home = await PopfetchHome.create();
  const at = ({ host, port, user, password }: MaildropServer) => ({
    host,
    port,
    user,
    password,
    tls: 'off',
    deliver: { maildir: home.path('Maildir') },
  });
  const account = { ...at(server), ...scene.account?.(server) };
  home.configure({ accounts: { a: account, empty: { ...at(none), enabled: false } } });
  scene.arrange?.(home);
  const args = [...(scene.args ?? ['--once']), '--exit-codes', exitCodes];
  const { status, stderr } = await runInProcess(home, args);
  assert.notEqual(status, 70, stderr);
  return status;
}

test('check says with fetchmail whether there is mail', async () => {
  const messages = [{ uid: 'one', content: 'Subject: one\r\n\r\nHello.\r\n' }];
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  home.configure({ accounts: { a: { host, port, user, password, tls: 'off' } } });
  const check = async () => (await runInProcess(home, ['check', '--exit-codes=fetchmail'])).status;
  assert.equal(await check(), 0);
  server.messages = [];
  assert.equal(await check(), 1);
});

const harmful = '\u001b[2J\u009b31m\u202e\u0007\u001b]0;x\u0007';
const latin = Buffer.from(harmful, 'utf8').toString('latin1');

test('escape sequences of greeting, replies, headers and unique-ids reach neither terminal nor log', async () => {
  const content = `From: ${latin} <a@b>\r\nSubject: ${latin}\r\n\r\n${latin}\r\n`;
  const messages = [
    { uid: 'one', content },
    { uid: `two\u001b[2J`, content },
  ];
  const answers = { greeting: `+OK ${latin}`, [first]: `-ERR ${latin}` };
  await using server = await startMaildropServer({ messages, faults: { answers } });
  await using home = await PopfetchHome.create();
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  home.configure({ accounts: { a: { host, port, user, password, tls: 'off', deliver } } });
  const log = home.path('log');
  let all = '';
  for (const args of [
    ['--once', '-n', '-vv', '--log-file', log],
    ['--once', '-vv', '--log-file', log, '--log-format', 'pretty'],
    ['--once', '--json', '--all', '--yes'],
    ['peek', 'a'],
    ['status'],
    ['history'],
  ]) {
    const { stdout, stderr } = await runInProcess(home, args);
    all += stdout + stderr;
  }
  all += readFileSync(log, 'utf8');
  assert.match(all, /\?/);
  assert.doesNotMatch(all, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
});

for (const stdin of ['ignore', 'pipe'] as const)
  test(`without a terminal nothing is asked, and standard input (${stdin}) is not waited for`, async () => {
    await using server = await startMaildropServer();
    await using home = await PopfetchHome.create();
    const { host, port, user } = server;
    const password = { prompt: true };
    home.configure({ accounts: { a: { host, port, user, tls: 'off', password } } });
    const where = ['-c', home.configFile, '--state-dir', home.stateDir];
    const program = join(repository, 'bin/popfetch.cjs');
    // A pipe that nobody writes to and nobody closes.
    const child = spawn(process.execPath, [program, '--once', ...where], {
      stdio: [stdin, 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    await once(child, 'close');
    assert.equal(child.exitCode, 75);
    assert.match(said, /cannot get the password/);
  });
