import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { Folder } from './folder.ts';

/** A program that leaves a mark when it is run. */
function program(mark: string): string {
  return `require('node:fs').writeFileSync(${JSON.stringify(mark)}, 'ran'); module.exports = {};`;
}

/** Every file by which cosmiconfig can be told something, or made to run something. */
function plant(folder: Folder, below: string): void {
  const run = program(join(folder.path, 'ran'));
  const evil = 'accounts: {evil: {host: evil.example, user: x, password: {prompt: true}}}';
  const settings = '{"searchPlaces": ["evil.yaml"], "mergeSearchPlaces": false}';
  const texts: Record<string, string> = {
    'package.json': `{"cosmiconfig": ${settings}, "popfetch": {"accounts": {}}}`,
    'package.yaml': `cosmiconfig: ${settings}`,
    '.config/config.json': `{"cosmiconfig": ${settings}}`,
    '.config/config.yaml': `cosmiconfig: ${settings}`,
    '.config/config.yml': `cosmiconfig: ${settings}`,
    'evil.yaml': evil,
    'config.yaml': evil,
    '.popfetchrc': evil,
    '.popfetchrc.yaml': evil,
    '.config/popfetchrc': evil,
    'popfetch/config.yaml': evil,
  };
  for (const [name, text] of Object.entries(texts)) folder.write(join(below, name), text);
  for (const ending of ['js', 'cjs', 'mjs', 'ts'])
    for (const name of ['.config/config', 'popfetch.config', '.popfetchrc', '.config/popfetchrc'])
      folder.write(join(below, `${name}.${ending}`), run);
}

function planted(folder: Folder): string {
  plant(folder, 'parent');
  plant(folder, 'parent/cwd');
  return join(folder.path, 'parent/cwd');
}

/** Loads with this working directory and comes back. */
async function loadFrom(directory: string, folder: Folder, file?: string) {
  const before = process.cwd();
  process.chdir(directory);
  try {
    const home = join(folder.path, 'home');
    const etc = join(folder.path, 'etc');
    const loaded = await loadConfig({ file, env: {}, home, etc, uid: process.getuid?.() });
    return { loaded, after: process.cwd() };
  } finally {
    process.chdir(before);
  }
}

test('cosmiconfig, left alone, runs what stands in the working directory', () => {
  using folder = new Folder();
  const cwd = join(folder.path, 'cwd');
  folder.write('cwd/.config/config.js', program(join(folder.path, 'ran')));
  const library = import.meta.resolve('cosmiconfig');
  const code = `import(${JSON.stringify(library)}).then((c) => c.cosmiconfigSync('popfetch', {searchPlaces: []}))`;
  spawnSync(process.execPath, ['-e', code], { cwd });
  assert.ok(existsSync(join(folder.path, 'ran')), 'else the tests below prove nothing');
});

test('nothing in the working directory or above it is run, read or obeyed', async () => {
  using folder = new Folder();
  const cwd = planted(folder);
  const { loaded, after } = await loadFrom(cwd, folder);
  assert.equal(loaded.kind, 'none');
  assert.equal(after, cwd);
  assert.equal(existsSync(join(folder.path, 'ran')), false);
});

test('nothing in the working directory changes what is found elsewhere', async () => {
  using folder = new Folder();
  const cwd = planted(folder);
  const own = 'accounts: {own: {host: pop.example.org, user: x, password: {prompt: true}}}';
  folder.write('home/.popfetchrc', own);
  const { loaded } = await loadFrom(cwd, folder);
  assert.ok(loaded.kind === 'config');
  assert.deepEqual(
    loaded.config.accounts.map(({ name }) => name),
    ['own'],
  );
  assert.equal(existsSync(join(folder.path, 'ran')), false);
});

test('a relative name for --config means the working directory', async () => {
  using folder = new Folder();
  const own = 'accounts: {own: {host: pop.example.org, user: x, password: {prompt: true}}}';
  folder.write('parent/cwd/mine.yaml', own);
  const cwd = planted(folder);
  const { loaded } = await loadFrom(cwd, folder, 'mine.yaml');
  assert.ok(loaded.kind === 'config');
  assert.equal(loaded.path, join(cwd, 'mine.yaml'));
});

test('a working directory that was removed is survived', async () => {
  using folder = new Folder();
  const gone = join(folder.path, 'gone');
  mkdirSync(gone);
  const own = 'accounts: {own: {host: pop.example.org, user: x, password: {prompt: true}}}';
  const file = folder.write('mine.yaml', own);
  const before = process.cwd();
  process.chdir(gone);
  rmdirSync(gone);
  try {
    const request = { env: {}, home: folder.path, uid: process.getuid?.(), etc: folder.path };
    const relative = await loadConfig({ ...request, file: 'mine.yaml' });
    assert.ok(relative.kind === 'problems');
    assert.match(relative.problems[0]?.message ?? '', /the working directory is gone/);
    assert.equal((await loadConfig({ ...request, file })).kind, 'config');
  } finally {
    process.chdir(before);
  }
});
