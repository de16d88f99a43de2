import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { noTerminal, screenOf, type TerminalStep, Terminals } from '../support/pty.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { repository } from '../support/source-code.ts';

const skip = noTerminal;
const terminals = noTerminal === false ? new Terminals() : undefined;
after(() => terminals?.[Symbol.dispose]());

const message = (name: string) => ({ uid: name, content: `Subject: ${name}\r\n\r\nHello.\r\n` });

function configure(home: PopfetchHome, server: MaildropServer): void {
  const { host, port, user, password } = server;
  const account = { host, port, tls: 'off', user, password, deliver: '~/Maildir/' };
  home.configure({
    accounts: { gmx: account, work: { ...account, password: 'wrong' } },
    jobs: 1,
  });
}

interface Asked {
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly TerminalStep[];
  readonly columns?: number;
  /** Whether it is told where the configuration is, which it is unless this says no. */
  readonly configured?: boolean;
}

async function onTerminal(home: PopfetchHome, args: readonly string[], asked: Asked = {}) {
  assert.ok(terminals);
  const { env, configured = true, ...rest } = asked;
  const where = configured ? ['-c', home.configFile, '--state-dir', home.stateDir] : [];
  const folder = home.path('home');
  const usual = { PATH: process.env.PATH, HOME: folder };
  const argv = [process.execPath, join(repository, 'bin/popfetch.cjs'), ...args, ...where];
  return terminals.run({ argv, cwd: folder, env: { ...usual, ...env }, ...rest });
}

/** How long it took is another time another. */
function withoutTimes(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/\d+\.\d s$/, '0.0 s'));
}

const golden = [
  'gmx    2 new      42 B  -> ~/Maildir/                                     0.0 s',
  'work   FAIL  login refused by 127.0.0.1',
  '       it said: -ERR [AUTH] no',
  '       Check user and password.',
  '1 of 2 accounts ok, 2 new messages, 42 B. Failed: work',
];
const red = '\u001b[31mFAIL\u001b[39m';

/** As SPEC 2.5 has it, and what is said of it. */
const mistaken = `accounts:
  gmx:
    email: joe@gmx.net
    pasword: {command: pass show mail/gmx}
    deliver: Maildir/
`;
const problems = [
  '~/.config/popfetch/config.yaml:4:5: unknown key "pasword"',
  '    4 |     pasword: {command: pass show mail/gmx}',
  '      |     ^^^^^^^ did you mean "password"?',
  '~/.config/popfetch/config.yaml:5:14: deliver: relative path "Maildir/"',
  '    5 |     deliver: Maildir/',
  '      |              ^^^^^^^^ write ~/Maildir/ or an absolute path',
  '2 problems, nothing was fetched. All keys: popfetch help config',
];

const looks: readonly (readonly [name: string, env: Record<string, string>, colored: boolean])[] = [
  ['LC_ALL=C', { LC_ALL: 'C' }, true],
  ['LC_ALL=de_DE.UTF-8', { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8', LANGUAGE: 'de' }, true],
  ['NO_COLOR', { NO_COLOR: '1' }, false],
  ['TERM=dumb', { TERM: 'dumb' }, false],
];
for (const [name, env, isColored] of looks)
  test(`on a terminal with ${name} all says the same, ${isColored ? 'FAIL in red' : 'without color'}`, {
    skip,
  }, async () => {
    const answers = { 'AUTH PLAIN AGpvZQB3cm9uZw==': '-ERR [AUTH] no' };
    await using server = await startMaildropServer({ faults: { answers } });
    await using home = await PopfetchHome.create();
    configure(home, server);
    const announced = await onTerminal(home, ['--once', '-q'], { env });
    assert.deepEqual(screenOf(announced.output), ['popfetch: work: login refused: -ERR [AUTH] no']);
    assert.equal(announced.status, 77);

    server.messages.push(message('one'), message('two'));
    const { output, status } = await onTerminal(home, ['--once'], { env });
    assert.deepEqual(withoutTimes(screenOf(output)), golden);
    assert.equal(output.includes(red), isColored);
    assert.equal(output.replaceAll(red, '').includes('\u001b'), false);
    assert.equal(status, 77);

    const folder = join(home.path('home'), '.config/popfetch');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.yaml'), mistaken, { mode: 0o600 });
    const checked = await onTerminal(home, ['config', 'check'], { env, configured: false });
    assert.deepEqual(screenOf(checked.output), problems);
    assert.equal(checked.output.includes('\u001b'), false);
    assert.equal(checked.status, 78);
  });

test('progress comes after a second, follows the window, and leaves only results', {
  skip,
}, async () => {
  const faults = { stallAt: 'RETR 2' };
  const messages = [message('one'), message('two')];
  const capabilities = ['UIDL', 'USER'];
  await using server = await startMaildropServer({ messages, faults, capabilities });
  await using home = await PopfetchHome.create();
  configure(home, server);
  const { output, status } = await onTerminal(home, ['--once', 'gmx'], {
    steps: [
      { expect: '1 account, 0 done', columns: 50 },
      { expect: '1 account, 0 done', send: '\u0003' },
      { expect: 'finishing the current message', send: '\u0003' },
    ],
  });
  assert.match(output, /gmx {4}\[[=> ]{20}\] {2}0\/2 {3}[1-9]\d* of 48 B/);
  assert.match(output, /finishing the current message; Ctrl-C again stops at once/);
  const screen = screenOf(output, 50).join('\n');
  assert.doesNotMatch(screen, /0 done|0\/2/);
  assert.equal(status, 130);
  // Nothing is lost, and nothing comes twice.
  server.faults = {};
  const next = await onTerminal(home, ['--once', 'gmx', '--progress', 'never']);
  assert.match(screenOf(next.output)[0] ?? '', /^gmx {4}[12] new/);
  const last = await onTerminal(home, ['--once', 'gmx', '--json']);
  assert.match(last.output, /"onServer":2/);
  assert.doesNotMatch(last.output, /\u001b/);
});

test('nothing configured shows where it was looked for, and how to begin', { skip }, async () => {
  await using home = await PopfetchHome.create();
  const { output, status } = await onTerminal(home, ['--once'], { configured: false });
  assert.deepEqual(screenOf(output), [
    'popfetch: no configuration yet. Looked for',
    '  ~/.config/popfetch/config.yaml, ~/.popfetchrc, /etc/popfetch/config.yaml',
    '',
    '  popfetch init you@example.org     set up an account',
    '  popfetch demo                     see it work without an account',
  ]);
  assert.equal(status, 78);
});
