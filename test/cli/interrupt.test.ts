import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockAccount } from '../../src/state/lock.ts';
import { openBlackHole } from '../support/black-hole.ts';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { noTerminal, Terminals } from '../support/pty.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { repository } from '../support/source-code.ts';

const terminals = noTerminal === false ? new Terminals() : undefined;
after(() => terminals?.[Symbol.dispose]());

const promised =
  'finishing the current message; Ctrl-C again stops at once (nothing is lost either way)';
const messages = ['one', 'two', 'three'].map((uid) => ({
  uid,
  content: `Subject: ${uid}\r\n\r\nHello.\r\n`,
}));
const oneByOne = ['UIDL', 'USER', 'SASL PLAIN'];

interface Phase {
  /** What the log shows when it is there. */
  readonly shows: string;
  readonly stallAt?: string;
  /** Nothing goes on by itself there: Ctrl-C is pressed twice. */
  readonly twice?: true;
  readonly args?: readonly string[];
  /** Keys of the account. */
  readonly account?: (home: PopfetchHome) => object;
}

/** Where a run may be when somebody presses Ctrl-C. */
const phases: Readonly<Record<string, Phase>> = {
  'while it asks a command for the password': {
    shows: 'polling',
    account: () => ({ password: { command: ['sleep', '600'] } }),
  },
  'while it waits for the greeting': { shows: 'debug a: greeting', stallAt: 'greeting' },
  'while it logs in': { shows: '> AUTH PLAIN', stallAt: 'AUTH' },
  'in the listing': { shows: '> UIDL', stallAt: 'UIDL', twice: true },
  'within a message': { shows: '> RETR 2', stallAt: 'RETR 2', twice: true },
  'while a command takes a message': {
    shows: '> NOOP',
    account: (home) => ({
      deliver: { pipe: ['sh', '-c', 'sleep 0.2; grep Subject >> "$0"', home.path('taken')] },
    }),
  },
  'while it waits for the answer to QUIT': { shows: '> QUIT', stallAt: 'QUIT', twice: true },
};

for (const [where, phase] of Object.entries(phases))
  for (const keep of phase.shows.startsWith('>') ? [true, false] : [false])
    test(`Ctrl-C ${where}, keep: ${keep}: the promised line and status, nothing lost or doubled`, {
      skip: noTerminal,
    }, async () => {
      const { stallAt, account } = phase;
      const faults = stallAt === undefined ? {} : { stallAt };
      await using server = await startMaildropServer({ messages, faults, capabilities: oneByOne });
      await using home = await PopfetchHome.create();
      configure(home, server, { keep, ...account?.(home) });
      await interrupted(home, phase);
      server.faults = {};
      await assertComplete(home, server, { keep, ...account?.(home), password: server.password });
    });

test('Ctrl-C while it waits for the lock of another popfetch ends the waiting', {
  skip: noTerminal,
}, async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  configure(home, server);
  const folder = join(home.stateDir, 'accounts/a');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  {
    await using _ = await lockAccount(folder, { now: Date.now });
    await interrupted(home, { shows: 'polling', args: ['--wait', '1h'] });
  }
  assert.equal(server.sessions.length, 0);
  await assertComplete(home, server, {});
});

test('Ctrl-C while it connects to a host that does not answer ends the waiting', {
  skip: noTerminal,
}, async () => {
  await using hole = await openBlackHole('127.0.0.1');
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  configure(home, server, { port: hole?.port });
  await interrupted(home, { shows: 'debug a: connect' });
  await assertComplete(home, server, {});
});

function configure(home: PopfetchHome, server: MaildropServer, more: object = {}): void {
  const { host, port, user, password } = server;
  const deliver = { maildir: home.path('Maildir') };
  home.configure({
    accounts: { a: { host, port, tls: 'off', user, password, deliver, ...more } },
  });
}

/** Presses Ctrl-C on a terminal when the phase has come; demands the line, the status, and an end within its seconds. */
async function interrupted(home: PopfetchHome, { shows, twice, args = [] }: Phase): Promise<void> {
  assert.ok(terminals);
  const program = [process.execPath, join(repository, 'bin/popfetch.cjs'), '--once', '-vv'];
  const where = ['-c', home.configFile, '--state-dir', home.stateDir];
  const press = '\u0003';
  const began = performance.now();
  const { output, status } = await terminals.run({
    argv: [...program, ...args, ...where],
    cwd: home.path('home'),
    env: { PATH: process.env.PATH, HOME: home.path('home'), NO_COLOR: '1' },
    steps: [
      { expect: shows, send: press },
      ...(twice === undefined ? [] : [{ expect: promised, send: press }]),
    ],
  });
  assert.ok(output.includes(promised), output);
  assert.equal(status, 130, output);
  assert.ok(performance.now() - began < 8000, 'it waited for the end of its patience');
}

/** A run that nobody interrupts brings the rest: in the end everything is here once, and where it should be. */
async function assertComplete(home: PopfetchHome, server: MaildropServer, more: object) {
  configure(home, server, more);
  const { status, stderr } = await runInProcess(home, ['--once']);
  assert.equal(status, 0, stderr);
  const keeps = !('keep' in more) || more.keep === true;
  assert.equal(server.messages.length, keeps ? messages.length : 0);
  const subjects = 'deliver' in more ? readFileSync(home.path('taken'), 'utf8') : stored(home);
  assert.deepEqual(
    subjects.trim().split('\n').sort(),
    messages.map(({ uid }) => `Subject: ${uid}`).sort(),
  );
}

function stored(home: PopfetchHome): string {
  const folder = home.path('Maildir', 'new');
  return readdirSync(folder)
    .map((name) => /^Subject: .*$/m.exec(readFileSync(join(folder, name), 'latin1'))?.[0])
    .join('\n');
}
