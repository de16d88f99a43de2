import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournalStore } from '../../src/state/journal-seen-store.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';

const message = { uid: 'one', content: 'Subject: one\r\n\r\nHello.\r\n' };

interface Place extends AsyncDisposable {
  readonly server: MaildropServer;
  readonly home: PopfetchHome;
  /** An account at the server that finds nothing wrong, but for what is said here. */
  readonly account: (more?: object) => object;
  readonly run: (line: string) => ReturnType<typeof runInProcess>;
}

async function place(options: Parameters<typeof startMaildropServer>[0] = {}): Promise<Place> {
  const server = await startMaildropServer({ tls: 'on', messages: [message], ...options });
  const home = await PopfetchHome.create();
  const { port, user, password, ca } = server;
  const deliver = { maildir: home.path('Maildir') };
  const tls = options.tls ?? 'on';
  const usual = { host: 'localhost', port, tls, user, password, tlsCa: ca, deliver };
  return {
    server,
    home,
    account: (more = {}) => ({ ...usual, ...more }),
    run: (line) => runInProcess(home, line.split(' ')),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** `account level check` of each line that has them. */
function checksIn(stdout: string, level = '\\w+'): string[] {
  const lines = stdout.matchAll(new RegExp(`^(\\S+) +(${level}) +(\\w+) {2}`, 'gm'));
  return [...lines].map(([, account, found, check]) => `${account} ${found} ${check}`);
}

test('all is checked, from the configuration to the maildrop, and nothing is changed', async () => {
  await using at = await place();
  at.home.configure({ accounts: { a: at.account() } });
  const { status, stdout, stderr } = await at.run('doctor');
  assert.deepEqual([status, stderr], [0, ''], stdout);
  const common = ['node', 'clock', 'config', 'state', 'disk'].map((one) => `popfetch ok ${one}`);
  const own = 'state dns tcp tls capa login maildrop uidl deliver'.split(' ');
  const account = own.map((one) => `a ok ${one}`);
  assert.deepEqual(checksIn(stdout), [...common, ...account]);
  assert.match(stdout, /^14 checks, all is well$/m);
  assert.doesNotMatch(stdout, /error/);
  assert.deepEqual(readdirSync(at.home.folder).sort(), ['home', 'popfetch.yaml']);
  const commands = at.server.sessions.flatMap((session) => session.commands);
  assert.doesNotMatch(commands.join(' '), /RETR|DELE|TOP/);
  assert.equal(at.server.sessions.filter(({ updated }) => updated).length, 1);
});

test('each error has its check and a fix, and no account stands in the way of another', async () => {
  await using at = await place();
  const broken = {
    dead: { port: 1 },
    refused: { password: 'wrong' },
    stranger: { host: '127.0.0.1', tlsCa: undefined },
    unnamed: { host: 'pop.nowhere.invalid' },
    unpassworded: { password: { command: ['/bin/false'] } },
    unprogrammed: { deliver: { pipe: ['/nonexistent/mda'] } },
    unserved: { deliver: { lmtp: 'localhost:1', to: ['joe@example.org'] } },
  };
  const accounts = Object.entries(broken).map(([name, more]) => [name, at.account(more)]);
  at.home.configure({ accounts: { ...Object.fromEntries(accounts), well: at.account() } });
  const { status, stdout } = await at.run('doctor');
  assert.deepEqual(
    checksIn(stdout, 'error').filter((line) => !line.startsWith('popfetch')),
    [
      'dead error tcp',
      'refused error login',
      'stranger error tls',
      'unnamed error dns',
      'unpassworded error password',
      'unprogrammed error deliver',
      'unserved error deliver',
    ],
  );
  assert.ok(checksIn(stdout).includes('well ok maildrop'));
  // Without a password the server is looked at all the same, as far as it goes.
  assert.ok(checksIn(stdout).includes('unpassworded ok capa'));
  const json = (await at.run('doctor --json')).stdout.trim().split('\n');
  const findings = json.map((line) => JSON.parse(line) as Record<string, unknown>);
  const errors = findings.filter(({ level }) => level === 'error');
  assert.deepEqual(
    errors.filter(({ fix, code }) => typeof fix !== 'string' || typeof code !== 'string'),
    [],
  );
  const { event, ok, exitCode } = findings.at(-1) ?? {};
  assert.deepEqual([status, event, ok, exitCode], [78, 'doctor.end', false, 78]);
});

test('the exit status is of the failure that most needs a human', async () => {
  await using at = await place();
  const statuses = [
    [{}, 0],
    [{ port: 1 }, 75],
    [{ password: 'wrong' }, 77],
    [{ host: '127.0.0.1', tlsCa: undefined }, 76],
  ] as const;
  for (const [more, expected] of statuses) {
    at.home.configure({ accounts: { a: at.account(more) } });
    assert.equal((await at.run('doctor')).status, expected);
  }
});

test('a report without names has none of them in it, and is as long', async () => {
  await using at = await place();
  const user = 'ann.lee@corp.example';
  at.home.configure({
    accounts: {
      secretname: at.account({ user, email: 'alias@corp.example' }),
      other: at.account({ host: 'pop.corp.example', user }),
    },
  });
  const open = (await at.run('doctor')).stdout;
  const { stdout } = await at.run('doctor --redact');
  assert.match(open, /secretname[\s\S]*pop\.corp\.example/);
  assert.doesNotMatch(stdout, /secretname|corp\.example|\bann\b|alias/);
  assert.match(stdout, /^account-2 +error +dns +cannot find host-\d/m);
  assert.equal(checksIn(stdout).length, checksIn(open).length);
});

test('on a terminal, and where it is forced, the levels are colored', async () => {
  await using at = await place();
  at.home.configure({ accounts: { a: at.account({ password: 'wrong' }) } });
  const env = { PATH: process.env.PATH, HOME: at.home.path('home'), FORCE_COLOR: '1' };
  const { stdout } = await runInProcess(at.home, ['doctor'], Date.now, { env });
  assert.match(stdout, /^a +\u001b\[31merror\u001b\[39m {2}login/m);
  const { stdout: plain } = await runInProcess(at.home, ['doctor', '--no-color'], Date.now, {
    env,
  });
  assert.ok(!plain.includes('\u001b'));
});

test('a configuration that is missing, wrong or exposed is a finding with its place', async () => {
  await using at = await place();
  const none = await at.run('doctor');
  assert.match(none.stdout, /^popfetch {2}error {2}config .*no such file/m);
  at.home.configure({ accounts: { a: { ...at.account(), pasword: 'x' } } });
  const wrong = await at.run('doctor');
  assert.match(wrong.stdout, /popfetch\.yaml:\d+:\d+: unknown key "pasword"/);
  at.home.configure({ accounts: { a: at.account() } });
  chmodSync(at.home.configFile, 0o666);
  const exposed = await at.run('doctor');
  assert.match(exposed.stdout, /chmod go-w/);
  assert.deepEqual([none.status, wrong.status, exposed.status], [78, 78, 78]);
});

test('an account that is being polled is left in peace', async () => {
  await using at = await place();
  at.home.configure({ accounts: { a: at.account() } });
  const { stateDir: directory } = at.home;
  await using store = await openJournalStore({
    directory,
    account: 'a',
    now: Date.now,
    lock: true,
  });
  const { status, stdout } = await at.run('doctor');
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`^a +ok +lock +being polled by pid ${process.pid} since`, 'm'));
  assert.match(stdout, /^a +warn +login +not tried/m);
  const commands = at.server.sessions.flatMap((session) => session.commands);
  assert.doesNotMatch(commands.join(' '), /AUTH|USER|PASS/);
  await store.mark(['one'], Date.now());
});

test('a damaged seen list, quarantine and a clock that was set back are told', async () => {
  await using at = await place();
  at.home.configure({ accounts: { a: at.account() } });
  assert.equal((await at.run('--once')).status, 0);
  const earlier = await runInProcess(at.home, ['doctor'], () => Date.now() - 3 * 3_600_000);
  assert.match(earlier.stdout, /^a +warn +clock .*the clock was set back/m);
  assert.match(earlier.stdout, /^a +ok +state +1 message on record$/m);
  const journal = join(at.home.stateDir, 'accounts', 'a', 'journal');
  writeFileSync(journal, 'no journal\nat all\n');
  const { status, stdout } = await at.run('doctor');
  assert.equal(status, 73);
  assert.match(stdout, /^a +error +state +cannot use the seen list: line 1 is damaged/m);
});

test('what server and configuration do not agree upon is told', async () => {
  const capabilities = ['UIDL', 'USER', 'LOGIN-DELAY 600', 'EXPIRE 5'];
  await using at = await place({ tls: 'off', capabilities });
  const deliver = { mbox: at.home.path('mbox') };
  writeFileSync(at.home.path('mbox.lock'), `${process.pid}\n`);
  const one = at.account({ tlsCa: undefined, every: '5m', keep: '30d', deliver });
  at.home.configure({ accounts: { a: one, b: one } });
  const { status, stdout } = await at.run('doctor');
  assert.equal(status, 0);
  assert.match(stdout, /^a +warn +policy +one login in 10 min is allowed, and every: says 5 min$/m);
  assert.match(stdout, /^a +warn +policy .*after 5 days \(EXPIRE\)/m);
  assert.match(stdout, new RegExp(`^a +warn +deliver .*: locked by process ${process.pid}$`, 'm'));
  assert.match(stdout, /^popfetch +warn +config +a and b fetch the same mail/m);
  assert.ok(!existsSync(at.home.path('mbox')));
});
