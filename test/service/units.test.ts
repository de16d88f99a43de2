import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/parse.ts';
import { crontab } from '../../src/service/crontab.ts';
import { systemUnit } from '../../src/service/system-unit.ts';
import { execLine, type Unit } from '../../src/service/unit.ts';
import { userUnits } from '../../src/service/user-units.ts';
import { repository } from '../support/source-code.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Where a package of the distribution puts it. */
const call = { program: ['/usr/bin/node', '/usr/bin/popfetch'], options: [] };
const userFolder = 'examples/systemd/user';
const systemFolder = 'examples/systemd/system';

test('the examples for systemd and cron are what service print prints', () => {
  const users = [...userUnits('timer', call), ...userUnits('service', call)];
  const system = systemUnit(call, credentialsOf('examples/backup.yaml'));
  for (const [folder, units] of [
    [userFolder, users],
    [systemFolder, [system]],
  ] as const) {
    assert.deepEqual(readdirSync(join(repository, folder)).sort(), names(units).sort());
    for (const { name, text } of units) assert.equal(read(join(folder, name)), text, name);
  }
  assert.equal(read('examples/crontab'), crontab(call));
});

test('the unit of the system lets in what the configuration calls a credential, and shows how where there is none', () => {
  const { text } = systemUnit(call, ['gmx.pw', '50%.pw']);
  const lines = text.split('\n').filter((line) => line.startsWith('LoadCredential='));
  assert.deepEqual(lines, [
    'LoadCredential=gmx.pw:/etc/popfetch/gmx.pw',
    'LoadCredential=50%%.pw:/etc/popfetch/50%%.pw',
  ]);
  const without = systemUnit(call, []).text;
  assert.doesNotMatch(without, /^LoadCredential/m);
  assert.match(without, /^#LoadCredential=/m);
});

test('every setting of the unit of the system that takes something away stands below a comment', () => {
  const { text } = systemUnit(call, []);
  for (const block of text.split(/\n(?:\n|(?=# ))/))
    if (/^(?:Protect|Private|Restrict|System|NoNew|Dynamic|KeyringMode|UMask)/m.test(block))
      assert.match(block, /^# /, block);
});

test('words that mean something to systemd or cron are written so that they mean themselves', () => {
  assert.equal(
    execLine(['/opt/my node/node', '-c', '/x/100%$a', 'say "hi"\\']),
    '"/opt/my node/node" -c /x/100%%$$a "say \\"hi\\"\\\\"',
  );
  const line = crontab({ program: ['/opt/my node', "/it's"], options: ['-c', '/100%'] });
  assert.match(
    line,
    /\n\*\/10 \* \* \* \* '\/opt\/my node' '\/it'\\''s' --once --quiet -c \/100\\%\n$/,
  );
});

const analyze = spawnSync('systemd-analyze', ['--version']).error === undefined;
const skip = analyze
  ? false
  : 'systemd-analyze is not installed; on Debian: apt-get install systemd';
const here = { program: [process.execPath, join(repository, 'bin/popfetch.cjs')], options: [] };

test('systemd has nothing to complain about in the units', { skip }, async () => {
  await using folder = await temporaryFolder();
  const verify = (units: readonly Unit[], ...options: readonly string[]) => {
    const files = units.map(({ name, text }) => {
      writeFileSync(join(folder.path, name), text);
      return join(folder.path, name);
    });
    // A runtime folder, which systemd wants of its users.
    const env = { ...process.env, XDG_RUNTIME_DIR: folder.path };
    return run(['verify', '--man=no', ...options, ...files], env);
  };
  const complaints = (output: string) =>
    output.split('\n').filter((line) => line.includes('popfetch'));
  const users = [...userUnits('timer', here), ...userUnits('service', here)];
  assert.deepEqual(complaints(verify(users, '--user')), []);
  assert.deepEqual(complaints(verify([systemUnit(here, ['gmx.pw'])])), []);
  const broken = { name: 'popfetch.service', text: '[Service]\nExecStart=popfetch\nTpye=exec\n' };
  assert.notDeepEqual(complaints(verify([broken])), []);
});

test('the exposure of the service of the system is at most 2.0', { skip }, async () => {
  await using folder = await temporaryFolder();
  const { name, text } = systemUnit(here, ['gmx.pw']);
  mkdirSync(join(folder.path, 'units'));
  const file = join(folder.path, 'units', name);
  writeFileSync(file, text);
  const output = run(['security', '--offline=true', '--no-pager', file], process.env);
  const [, exposure] = /Overall exposure level for popfetch\.service: ([\d.]+)/.exec(output) ?? [];
  assert.ok(exposure !== undefined && Number(exposure) <= 2, output);
});

function run(words: readonly string[], env: NodeJS.ProcessEnv): string {
  const { stdout, stderr } = spawnSync('systemd-analyze', words, { env, encoding: 'utf8' });
  return stdout + stderr;
}

function names(units: readonly Unit[]): string[] {
  return units.map(({ name }) => name);
}

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

function credentialsOf(path: string): string[] {
  const parsed = parseConfig(read(path), path, { home: '/home/joe' });
  assert.equal(parsed.kind, 'config');
  const accounts = parsed.kind === 'config' ? parsed.config.accounts : [];
  return accounts.flatMap(({ password }) =>
    password?.kind === 'credential' ? [password.name] : [],
  );
}
