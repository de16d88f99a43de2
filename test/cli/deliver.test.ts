import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { messagesIn } from '../destination/mbox/place.ts';
import { startMailServer } from '../support/mail-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const message = 'Subject: x\n\nFrom here\n.\nlast\n';

interface Delivered {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs `popfetch deliver DESTINATION` with `input` on its stdin, in the folder. */
async function deliver(
  folder: TemporaryFolder,
  destination: string | readonly string[],
  input: string,
  kill?: NodeJS.Signals,
): Promise<Delivered> {
  const args = [join(process.cwd(), 'bin/popfetch.cjs'), 'deliver', ...[destination].flat()];
  const env = { PATH: process.env.PATH, HOME: folder.path };
  const child = spawn(process.execPath, args, {
    cwd: folder.path,
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(input);
  if (kill === undefined) child.stdin.end();
  else setTimeout(() => child.kill(kill), 700);
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await once(child, 'close');
  clearTimeout(late);
  return { status: child.exitCode, stderr };
}

const inMaildir = (folder: TemporaryFolder, name: string) =>
  readdirSync(join(folder.path, name, 'new')).map((file) =>
    readFileSync(join(folder.path, name, 'new', file), 'latin1'),
  );

test('a message goes into a Maildir as it is, with CRLF or LF, relative to where we are', async () => {
  await using folder = await temporaryFolder();
  for (const text of [message, message.replaceAll('\n', '\r\n')])
    assert.deepEqual(await deliver(folder, 'mail/M/', text), { status: 0, stderr: '' });
  assert.deepEqual(inMaildir(folder, 'mail/M'), [message, message]);
  assert.deepEqual(readdirSync(join(folder.path, 'mail/M/tmp')), []);
  assert.deepEqual(readdirSync(join(folder.path, '.local/state/popfetch')), []);
});

test('a message goes into an mbox, quoted', async () => {
  await using folder = await temporaryFolder();
  assert.equal((await deliver(folder, '~/mbox', message)).status, 0);
  const text = readFileSync(join(folder.path, 'mbox'), 'latin1');
  assert.match(text, /^>From here$/m);
  assert.deepEqual(messagesIn(text), [message]);
});

test('a command gets it, and its exit status tells', async () => {
  await using folder = await temporaryFolder();
  assert.equal((await deliver(folder, `|cat > ${folder.path}/out`, message)).status, 0);
  assert.equal(readFileSync(join(folder.path, 'out'), 'latin1'), message);
  assert.equal((await deliver(folder, '|exit 67', message)).status, 65);
  assert.equal((await deliver(folder, '|exit 75', message)).status, 75);
});

test('what cannot be delivered says so by its exit status, and leaves nothing', async () => {
  await using folder = await temporaryFolder();
  assert.equal((await deliver(folder, 'M/', '')).status, 65);
  assert.deepEqual(inMaildir(folder, 'M'), []);
  assert.equal((await deliver(folder, '|', message)).status, 64);
  assert.equal((await deliver(folder, '.local/', message)).status, 78);
});

test('killed before the message has ended, nothing of it is delivered', async () => {
  await using folder = await temporaryFolder();
  const half = 'Subject: half\n\n'.repeat(50_000);
  const killed = await deliver(folder, 'M/', half, 'SIGKILL');
  assert.equal(killed.status, null);
  const stopped = await deliver(folder, 'M/', half, 'SIGTERM');
  assert.equal(stopped.status, 143, stopped.stderr);
  if (existsSync(join(folder.path, 'M'))) assert.deepEqual(inMaildir(folder, 'M'), []);
});

test('a mail server gets it, and every other destination that the configuration can name', async () => {
  await using folder = await temporaryFolder();
  await using server = await startMailServer({ protocol: 'lmtp', unix: true });
  assert.ok('path' in server.address);
  const { path } = server.address;
  for (const destination of [
    `lmtp:unix:${path}?to=joe@x,ann@x`,
    `{lmtp: "unix:${path}", to: [joe@x, ann@x]}`,
  ])
    assert.deepEqual(await deliver(folder, destination, message), { status: 0, stderr: '' });
  for (const { text, recipients } of server.received)
    assert.deepEqual([text, recipients], [message, ['joe@x', 'ann@x']]);
  assert.equal(server.received.length, 2);
  const both = `[{maildir: ${folder.path}/M}, ~/mbox]`;
  assert.equal((await deliver(folder, both, message)).status, 0);
  assert.deepEqual(inMaildir(folder, 'M'), [message]);
  for (const wrong of ['smtp:localhost', 'lmtp:nowhere:x?to=a', '{mbx: /x}', '{mbox: '])
    assert.equal((await deliver(folder, wrong, message)).status, 64, wrong);
});

test('it goes where the mail of an account goes', async () => {
  await using folder = await temporaryFolder();
  const config = join(folder.path, '.popfetchrc');
  const account =
    '{host: localhost, user: joe, password: {prompt: true}, deliver: "~/mail/{account}/"}';
  writeFileSync(config, `accounts: {a: ${account}, b: ${account}}\n`, { mode: 0o600 });
  assert.equal((await deliver(folder, ['--account', 'b'], message)).status, 0);
  assert.deepEqual(inMaildir(folder, 'mail/b'), [message]);
  for (const wrong of [[], ['--account', 'c'], ['M/', '--account', 'a']])
    assert.equal((await deliver(folder, wrong, message)).status, 64, wrong.join(' '));
});
