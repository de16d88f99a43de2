import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { PasswordSource } from '../../src/config/config.ts';
import { resolveSecret, type SecretContext } from '../../src/config/secret.ts';
import { Failure, type FailureCode } from '../../src/errors.ts';
import { Secret } from '../../src/util/secret.ts';
import { Folder } from './folder.ts';

function reveal(source: PasswordSource, context: Partial<SecretContext> = {}): Promise<string> {
  return resolveSecret(source, {
    account: 'gmx',
    env: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    uid: process.getuid?.(),
    readPrompt: undefined,
    ...context,
  }).then((secret) => secret.reveal());
}

/** The failure that it ends with. */
async function failure(
  source: PasswordSource,
  context: Partial<SecretContext> = {},
): Promise<Failure> {
  try {
    await reveal(source, context);
  } catch (error) {
    assert.ok(error instanceof Failure, inspect(error));
    assert.doesNotMatch(inspect(error), /SEKRIT/);
    return error;
  }
  return assert.fail('it gave a password');
}

function shell(line: string): PasswordSource {
  return { kind: 'shell', line };
}

test('a command gives the first line that it prints, without line end', async () => {
  assert.equal(await reveal({ kind: 'command', argv: ['printf', 'one\ntwo\n'] }), 'one');
  assert.equal(await reveal(shell("printf 'one\\r\\ntwo'")), 'one');
  assert.equal(await reveal(shell("printf ' spaces stay '")), ' spaces stay ');
  assert.equal(await reveal(shell('printf äß€')), 'äß€');
});

test('a list of words is run without a shell', async () => {
  assert.equal(await reveal({ kind: 'command', argv: ['printf', '%s', '$HOME; x'] }), '$HOME; x');
});

test('a command that prints much more than a password is not blocked', async () => {
  assert.equal(await reveal(shell('echo first; head -c 3000000 /dev/zero')), 'first');
});

test('a command sees the environment, and nothing to read', async () => {
  assert.equal(await reveal(shell('echo "$GREETING"'), { env: { GREETING: 'hi' } }), 'hi');
  assert.equal(await reveal(shell('cat; echo end')), 'end');
});

test('a command that fails is told with its last words', async () => {
  const failed = await failure(shell("echo SEKRIT; printf 'a\\nno \\033[1mkey\\n\\n' >&2; exit 3"));
  assert.equal(failed.code, 'secret_unavailable');
  assert.equal(failed.facts.reason, 'the password command exited 3: no ?[1mkey');
});

test('a command that is killed by a signal has failed', async () => {
  const failed = await failure(shell('echo SEKRIT; kill -TERM $$'));
  assert.equal(failed.facts.reason, 'the password command was killed by SIGTERM');
});

test('a command that does not exist is told by its name, not its arguments', async () => {
  const failed = await failure({ kind: 'command', argv: ['/nowhere/pw', 'SEKRIT'] });
  assert.equal(failed.code, 'secret_unavailable');
  assert.equal(failed.facts.reason, 'pw: no such program');
});

test('a command that may not be run is told', async () => {
  using folder = new Folder();
  const program = folder.write('pw', '#!/bin/sh\n', 0o600);
  const failed = await failure({ kind: 'command', argv: [program] });
  assert.equal(failed.facts.reason, 'pw cannot be started (EACCES)');
});

/** Whether a process is gone, or dead and not yet buried. */
function isDead(pid: number): boolean {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith(
      'Z',
    );
  } catch {
    return true;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(condition());
}

test('a command that takes too long is killed with all that it started', async () => {
  using folder = new Folder();
  const note = join(folder.path, 'pid');
  const source = shell(`sleep 600 & echo $! > ${note}; echo SEKRIT; wait`);
  const failed = await failure(source, { commandTimeout: 300 });
  assert.equal(failed.code, 'secret_unavailable');
  assert.equal(failed.facts.reason, 'the password command took longer than 0.3 s');
  await until(() => isDead(Number(readFileSync(note, 'utf8'))));
});

test('a command ends when the run is interrupted', async () => {
  using folder = new Folder();
  const note = join(folder.path, 'pid');
  const controller = new AbortController();
  const failing = failure(shell(`echo $$ > ${note}.new; mv ${note}.new ${note}; sleep 600`), {
    signal: controller.signal,
  });
  await until(() => existsSync(note));
  controller.abort();
  assert.equal((await failing).code, 'interrupted');
  await until(() => isDead(Number(readFileSync(note, 'utf8'))));
  assert.equal(
    (await failure(shell('echo x'), { signal: AbortSignal.abort() })).code,
    'interrupted',
  );
});

test('something that a command leaves running does not hold up the password', async () => {
  using folder = new Folder();
  const note = join(folder.path, 'pid');
  const source = shell(`sleep 600 & echo $! > ${note}; echo word`);
  assert.equal(await reveal(source, { commandTimeout: 10_000 }), 'word');
  process.kill(Number(readFileSync(note, 'utf8')));
});

test('a file gives its one line', async () => {
  using folder = new Folder();
  for (const [text, password] of [
    ['word', 'word'],
    ['word\n', 'word'],
    ['word\r\n', 'word'],
    ['\ufeffword\n', 'word'],
    [' two words ', ' two words '],
  ] as const)
    assert.equal(await reveal({ kind: 'file', path: folder.write('pw', text) }), password);
});

test('a file that others can read is refused with the command that helps', async () => {
  using folder = new Folder();
  for (const mode of [0o640, 0o604, 0o644]) {
    const path = folder.write('pw', 'SEKRIT', mode);
    const failed = await failure({ kind: 'file', path });
    assert.equal(failed.code, 'config');
    assert.equal(failed.facts.hint, `chmod 600 ${path}`);
  }
});

test('a file that is not there, or is a folder, is told', async () => {
  using folder = new Folder();
  const path = join(folder.path, 'absent');
  const absent = await failure({ kind: 'file', path });
  assert.equal(absent.code, 'secret_unavailable');
  assert.equal(absent.facts.reason, `${path}: no such file`);
  assert.equal((await failure({ kind: 'file', path: folder.path })).code, 'config');
});

test('a FIFO is refused at once instead of waited for', async () => {
  using folder = new Folder();
  const path = join(folder.path, 'fifo');
  execFileSync('mkfifo', ['-m', '600', path]);
  assert.equal((await failure({ kind: 'file', path })).code, 'config');
});

test('a credential comes from the folder that systemd names', async () => {
  using folder = new Folder();
  folder.write('gmx.pw', 'word\n', 0o440);
  const env = { CREDENTIALS_DIRECTORY: folder.path };
  assert.equal(await reveal({ kind: 'credential', name: 'gmx.pw' }, { env }), 'word');
  const failed = await failure({ kind: 'credential', name: 'gmx.pw' }, { env: {} });
  assert.equal(failed.code, 'secret_unavailable');
  assert.match(failed.facts.hint ?? '', /LoadCredential=gmx.pw/);
});

test('an environment variable gives its value', async () => {
  assert.equal(await reveal({ kind: 'env', variable: 'PW' }, { env: { PW: 'word' } }), 'word');
  const failed = await failure({ kind: 'env', variable: 'PW' }, { env: {} });
  assert.equal(failed.facts.reason, 'environment variable PW is not set');
});

test('a prompt asks for the account by name', async () => {
  const questions: string[] = [];
  const readPrompt = (question: string) => {
    questions.push(question);
    return Promise.resolve('typed');
  };
  assert.equal(await reveal({ kind: 'prompt' }, { readPrompt }), 'typed');
  assert.deepEqual(questions, ['Password for gmx: ']);
});

test('where nobody can be asked, a prompt is a failure', async () => {
  assert.equal((await failure({ kind: 'prompt' })).code, 'secret_unavailable');
});

test('a password from the configuration is handed on', async () => {
  assert.equal(await reveal({ kind: 'literal', secret: new Secret('word') }), 'word');
});

/** Source of a text as password, and what must come of it. */
const unusable: readonly [string, FailureCode][] = [
  ['SEKRIT\nDELE 1', 'config'],
  ['SEKRIT\rDELE 1', 'config'],
  ['SEKRIT\0', 'config'],
  ['SEKRIT\n\n', 'config'],
  ['', 'secret_unavailable'],
  ['\n', 'secret_unavailable'],
];

for (const [text, code] of unusable)
  test(`a file that holds ${JSON.stringify(text)} is refused`, async () => {
    using folder = new Folder();
    const path = folder.write('pw', text);
    assert.equal((await failure({ kind: 'file', path })).code, code);
  });

test('what was typed or set with a line end is refused', async () => {
  const env = { PW: 'SEKRIT\r\nQUIT' };
  assert.equal((await failure({ kind: 'env', variable: 'PW' }, { env })).code, 'config');
  const readPrompt = () => Promise.resolve('SEKRIT\n');
  assert.equal((await failure({ kind: 'prompt' }, { readPrompt })).code, 'config');
  assert.equal((await failure(shell("printf 'SEK\\rRIT\\n'"))).code, 'config');
});

test('a password that is not UTF-8 is refused rather than sent as another one', async () => {
  using folder = new Folder();
  const path = folder.write('pw', Buffer.from('gr\xfcn', 'latin1'));
  assert.equal((await failure({ kind: 'file', path })).code, 'config');
  assert.equal((await failure(shell("printf '\\374'"))).code, 'config');
});
