import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type MaildropServer, startMaildropServer } from '../support/maildrop-server.ts';
import { noTerminal, screenOf, type TerminalStep, Terminals } from '../support/pty.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { repository } from '../support/source-code.ts';

const terminals = noTerminal === false ? new Terminals() : undefined;
after(() => terminals?.[Symbol.dispose]());

const messages = ['one', 'two'].map((uid) => ({
  uid,
  content: `Subject: ${uid}\r\n\r\nHello.\r\n`,
}));

const enter = '\r';
const down = '\u001b[B';
const interrupt = '\u0003';

/** What one answers to each question, up to the first mail. */
const answers: readonly TerminalStep[] = [
  { expect: 'E-mail address:', send: `joe@popfetch.invalid${enter}` },
  { expect: 'POP3 server:', send: `127.0.0.1${enter}` },
  { expect: 'Encryption:', send: down },
  { expect: '> STARTTLS', send: down },
  { expect: '> none', send: enter },
  { expect: 'Port [110]:', send: 'PORT' },
  { expect: 'Login name [joe@popfetch.invalid]:', send: `joe${enter}` },
  { expect: 'Name for the account [popfetch]:', send: `home${enter}` },
  { expect: 'Where new mail goes [~/Maildir/]:', send: `~/Mail/{account}/${enter}` },
  { expect: '> stays on the server', send: enter },
  { expect: '> a file that only you', send: enter },
  { expect: 'Password (not shown):', send: `tanstaaf-5${enter}` },
  { expect: '> fetch all', send: enter },
];

/** Of each kind one, the first and the last. */
const someQuestions = [0, 3, 11, answers.length - 1];

function stepsFor({ port }: MaildropServer): readonly TerminalStep[] {
  return answers.map((step) =>
    step.send === 'PORT' ? { ...step, send: `${port}${enter}` } : step,
  );
}

/** In a home with nothing in it. PATH leads to Node alone: which password programs there are is not left to chance. */
async function onTerminal(
  home: PopfetchHome,
  args: readonly string[],
  steps: readonly TerminalStep[],
) {
  assert.ok(terminals);
  const bin = join(repository, 'bin/popfetch.cjs');
  const cwd = home.path('home');
  const env = { HOME: cwd, PATH: '/nowhere' };
  return terminals.run({ argv: [process.execPath, bin, ...args], cwd, env, steps });
}

const config = (home: PopfetchHome) => join(home.path('home'), '.config/popfetch/config.yaml');

test('two commands lead from an empty home to the first mail in a Maildir that did not exist', {
  skip: noTerminal,
}, async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const init = await onTerminal(home, ['init'], stepsFor(server));
  const screen = screenOf(init.output);
  assert.equal(init.status, 0, screen.join('\n'));
  assert.deepEqual(screen, [
    'E-mail address: joe@popfetch.invalid',
    'Nothing was found.',
    'POP3 server: 127.0.0.1',
    'Encryption: none: it is this computer',
    `Port: ${server.port}`,
    'Login name: joe',
    'Name for the account: home',
    'Where new mail goes: ~/Mail/{account}/',
    'What was fetched: stays on the server',
    'Where the password comes from: a file that only you can read (written now)',
    'Password (not shown):',
    `logging in at 127.0.0.1:${server.port} ...`,
    'ok: 2 messages, 48 B',
    '2 messages are there already: fetch all of them',
    'added home to ~/.config/popfetch/config.yaml',
    '  popfetch --once home              fetch its mail now',
    '  popfetch service install          fetch it every ten minutes',
  ]);
  // Not where it was typed, and in no file but the one that was chosen.
  assert.equal(init.output.includes('tanstaaf'), false);
  const text = readFileSync(config(home), 'utf8');
  assert.match(text, /^# yaml-language-server: \$schema=\/.*\/dist\/popfetch\.schema\.json\n/);
  assert.equal(text.includes('tanstaaf'), false);
  const folder = join(home.path('home'), '.config/popfetch');
  const modes = ['', 'config.yaml', 'home.password'].map((name) =>
    (statSync(join(folder, name)).mode & 0o777).toString(8),
  );
  assert.deepEqual(modes, ['700', '600', '600']);
  const once = await onTerminal(home, ['--once'], []);
  assert.match(once.output, /^home {3}2 new .* -> ~\/Mail\/home\//m);
  assert.equal(readdirSync(join(home.path('home'), 'Mail/home/new')).length, 2);
});

test('Ctrl-C at any question ends it with status 130, and nothing was written', {
  skip: noTerminal,
}, async () => {
  await using server = await startMaildropServer({ messages });
  const steps = stepsFor(server);
  await using home = await PopfetchHome.create();
  for (const at of process.env.POPFETCH_LONG === '1' ? steps.keys() : someQuestions) {
    const until = steps.slice(0, at + 1);
    const last = until.at(-1);
    assert.ok(last);
    const stopped = [...until.slice(0, -1), { ...last, send: interrupt }];
    const { output, status } = await onTerminal(home, ['init'], stopped);
    assert.equal(status, 130, `${last.expect}\n${output}`);
    assert.match(output, /stopped: nothing was written/);
    assert.deepEqual(readdirSync(home.path('home')), [], last.expect);
  }
});

test('so do Ctrl-D and Escape', { skip: noTerminal }, async () => {
  await using home = await PopfetchHome.create();
  for (const key of ['\u0004', '\u001b']) {
    const steps = [{ expect: 'E-mail address:', send: key }];
    const { output, status } = await onTerminal(home, ['init'], steps);
    assert.equal(status, 130);
    // The cursor is shown again.
    assert.match(output, /\u001b\[\?25hstopped: nothing was written\r\n$/);
  }
});

test('Ctrl-C while the server is silent ends it too', { skip: noTerminal }, async () => {
  await using server = await startMaildropServer({ messages, faults: { stallAt: 'greeting' } });
  await using home = await PopfetchHome.create();
  const steps = [...stepsFor(server).slice(0, -1), { expect: 'logging in', send: interrupt }];
  const { output, status } = await onTerminal(home, ['init'], steps);
  assert.equal(status, 130, output);
  assert.match(output, /stopped: nothing was written/);
  assert.deepEqual(readdirSync(home.path('home')), []);
});

test('a login that was refused is tried again with what one types then', {
  skip: noTerminal,
}, async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const steps = stepsFor(server).slice(0, -2);
  const { output, status } = await onTerminal(
    home,
    ['init'],
    [
      ...steps,
      { expect: 'Password (not shown):', send: `wrong${enter}` },
      { expect: '> another login', send: enter },
      { expect: 'Login name [joe]:', send: enter },
      { expect: '> a file that only you', send: enter },
      { expect: 'Password (not shown):', send: `tanstaaf-5${enter}` },
      { expect: '> fetch all', send: down },
      { expect: '> fetch only', send: enter },
    ],
  );
  assert.equal(status, 0, output);
  assert.match(output, /FAIL {2}login refused by 127\.0\.0\.1/);
  assert.match(readFileSync(config(home), 'utf8'), /^ {4}first: new$/m);
  const password = join(home.path('home'), '.config/popfetch/home.password');
  assert.equal(readFileSync(password, 'utf8'), 'tanstaaf-5\n');
});

const wanted = ({ port }: MaildropServer) => [
  ...`--host 127.0.0.1 --port ${port} --tls off --user joe --password-command`.split(' '),
  'echo tanstaaf-5',
];

test('without a terminal it asks nothing and names the options that are missing', async () => {
  await using home = await PopfetchHome.create();
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['init'], '--email, --password-command'],
    [['init', 'joe@example.org'], '--password-command'],
    [['init', '--host', 'h.example', '--password-command', 'x'], '--email'],
  ];
  for (const [args, missing] of cases) {
    const { status, stderr } = await runInProcess(home, args);
    assert.equal(status, 64);
    assert.match(stderr, new RegExp(`nobody can be asked here; missing: ${missing}\n`));
  }
});

test('an option that is wrong is named as it was written', async () => {
  await using home = await PopfetchHome.create();
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['--keep', 'maybe', /--keep: expected true or false, found "maybe"/],
    ['--port', '99999', /--port: expected a whole number from 1 to 65535/],
    ['--port', 'x', /--port takes a whole number/],
    ['--deliver', 'Mail/', /--deliver: relative path "Mail\/" \(write ~\/Mail\//],
    ['--name', 'BAD', /--name: lower-case letters/],
    ['--host', 'joe:hunter22@h.example', /--host: "\*\*\*@h\.example" is not a host name/],
  ];
  for (const [option, value, message] of cases) {
    const args = ['init', 'joe@h.example', '--password-command', 'x', option, value];
    const { status, stderr } = await runInProcess(home, args);
    assert.equal(status, 64, stderr);
    assert.match(stderr, message);
  }
});

test('options alone add an account, and another one behind it with what was there untouched', async () => {
  await using server = await startMaildropServer({ messages });
  await using home = await PopfetchHome.create();
  const before =
    '# mine\naccounts:\n  old: # first\n    host: h.example\n    user: u\n    password: {env: P}\n';
  writeFileSync(home.configFile, before, { mode: 0o640 });
  const first = await runInProcess(home, [
    'init',
    ...wanted(server),
    '--name',
    'home',
    '--keep',
    '30d',
  ]);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^added home to /);
  const after = readFileSync(home.configFile, 'utf8');
  assert.ok(after.startsWith(before));
  assert.match(after, /^ {4}keep: 30d$/m);
  assert.equal(statSync(home.configFile).mode & 0o777, 0o640);
  const again = await runInProcess(home, ['init', ...wanted(server)]);
  assert.equal(again.status, 64);
  assert.match(again.stderr, /account home has the mail of joe at 127\.0\.0\.1 already/);
  assert.equal(readFileSync(home.configFile, 'utf8'), after);
});

test('a login that is refused leaves nothing behind, unless nobody is to log in', async () => {
  await using server = await startMaildropServer({ messages, password: 'another' });
  await using home = await PopfetchHome.create();
  const { status, stderr } = await runInProcess(home, ['init', ...wanted(server)]);
  assert.equal(status, 77);
  assert.match(stderr, /FAIL {2}login refused by 127\.0\.0\.1\n.*\n.*\nnothing was written\n$/);
  assert.equal(existsSync(home.configFile), false);
  const untested = await runInProcess(home, ['init', ...wanted(server), '--no-test']);
  assert.equal(untested.status, 0);
  assert.ok(existsSync(home.configFile));
});

test('a configuration that is wrong is not made worse', async () => {
  await using home = await PopfetchHome.create();
  const wrong = 'accounts: {a: {hst: x, user: u, password: {env: P}}}\n';
  writeFileSync(home.configFile, wrong, { mode: 0o600 });
  const args = [
    'init',
    '--host',
    'h.example',
    '--user',
    'u',
    '--password-command',
    'x',
    '--no-test',
  ];
  const { status, stderr } = await runInProcess(home, args);
  assert.equal(status, 78);
  assert.match(stderr, /unknown key "hst"/);
  assert.equal(readFileSync(home.configFile, 'utf8'), wrong);
});

test('a configuration of comments is one to write to, and a link to it stays a link', async () => {
  await using home = await PopfetchHome.create();
  mkdirSync(home.path('dotfiles'));
  const real = home.path('dotfiles', 'popfetch.yaml');
  writeFileSync(real, '# my accounts\n', { mode: 0o600 });
  symlinkSync(real, home.configFile);
  const args = [
    'init',
    '--host',
    'pop.h.example',
    '--user',
    'u',
    '--password-command',
    'x',
    '--no-test',
  ];
  const { status, stderr } = await runInProcess(home, args);
  assert.equal(status, 0, stderr);
  assert.ok(lstatSync(home.configFile).isSymbolicLink());
  assert.match(readFileSync(real, 'utf8'), /^# my accounts\naccounts:\n {2}h:\n/);
});

test('a provider without POP3 is told at once', async () => {
  await using home = await PopfetchHome.create();
  const args = ['init', 'joe@icloud.com', '--password-command', 'x'];
  const { status, stderr } = await runInProcess(home, args);
  assert.equal(status, 78);
  assert.equal(stderr, 'popfetch: iCloud Mail has no POP3\nApple offers IMAP only.\n');
});
