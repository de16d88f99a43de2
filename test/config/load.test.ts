import assert from 'node:assert/strict';
import { chownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { type Loaded, type LoadRequest, loadConfig } from '../../src/config/load.ts';
import { Folder } from './folder.ts';

const uid = process.getuid?.() ?? 0;

function config(name: string): string {
  return `accounts: {${name}: {host: pop.example.org, user: joe, password: {prompt: true}}}`;
}

function load(folder: Folder, request: Partial<LoadRequest> = {}): Promise<Loaded> {
  const home = join(folder.path, 'home');
  return loadConfig({ env: {}, home, uid, etc: join(folder.path, 'etc'), ...request });
}

function found(loaded: Loaded): string | undefined {
  return loaded.kind === 'config' ? loaded.config.accounts[0]?.name : loaded.kind;
}

function problems(loaded: Loaded): string[] {
  return loaded.kind === 'problems' ? loaded.problems.map(({ message }) => message) : [];
}

/** Every place, from the last to the first that counts. */
const places = [
  'etc/popfetch/config.json',
  'etc/popfetch/config.yml',
  'etc/popfetch/config.yaml',
  'home/.popfetchrc.json',
  'home/.popfetchrc.yml',
  'home/.popfetchrc.yaml',
  'home/.popfetchrc',
  'xdg/popfetch/config.json',
  'xdg/popfetch/config.yml',
  'xdg/popfetch/config.yaml',
  'systemd/config.json',
  'systemd/config.yml',
  'systemd/config.yaml',
];

test('of several configurations the first place counts, and nothing is merged', async () => {
  using folder = new Folder();
  const env = {
    XDG_CONFIG_HOME: join(folder.path, 'xdg'),
    CONFIGURATION_DIRECTORY: join(folder.path, 'systemd'),
  };
  assert.equal(found(await load(folder, { env })), 'none');
  for (const [index, place] of places.entries()) {
    folder.write(place, config(`at${index}`));
    assert.equal(found(await load(folder, { env })), `at${index}`, place);
  }
  const named = folder.write('named.conf', config('named'));
  const chosen = folder.write('chosen', config('chosen'));
  const withVariable = { ...env, POPFETCH_CONFIG: named };
  assert.equal(found(await load(folder, { env: withVariable })), 'named');
  assert.equal(found(await load(folder, { env: withVariable, file: chosen })), 'chosen');
});

test('without XDG_CONFIG_HOME, or with a relative one, ~/.config is searched', async () => {
  using folder = new Folder();
  folder.write('home/.config/popfetch/config.yaml', config('here'));
  assert.equal(found(await load(folder)), 'here');
  assert.equal(found(await load(folder, { env: { XDG_CONFIG_HOME: 'xdg' } })), 'here');
  assert.equal(found(await load(folder, { env: { POPFETCH_CONFIG: '' } })), 'here');
});

test('where nothing is configured, the names to use are told', async () => {
  const loaded = await loadConfig({ env: {}, home: '/nowhere/joe', uid, etc: '/nowhere/etc' });
  assert.deepEqual(loaded, {
    kind: 'none',
    lookedFor: [
      '~/.config/popfetch/config.yaml',
      '~/.popfetchrc',
      '/nowhere/etc/popfetch/config.yaml',
    ],
  });
});

test('a named file that is missing is a problem', async () => {
  using folder = new Folder();
  folder.write('home/.popfetchrc', config('other'));
  const file = join(folder.path, 'absent.yaml');
  assert.deepEqual(problems(await load(folder, { file })), ['no such file']);
});

test('a file that is there and cannot be read is a problem, and the search ends', async () => {
  using folder = new Folder();
  mkdirSync(join(folder.path, 'home/.config/popfetch/config.yaml'), { recursive: true });
  folder.write('home/.popfetchrc', config('other'));
  assert.deepEqual(problems(await load(folder)), ['cannot be read: it is a folder']);
});

test('a link that leads round in circles is a problem', async () => {
  using folder = new Folder();
  mkdirSync(join(folder.path, 'home'));
  symlinkSync('.popfetchrc', join(folder.path, 'home/.popfetchrc'));
  assert.deepEqual(problems(await load(folder)), ['cannot be read: too many symbolic links']);
});

const asUser = { skip: uid === 0 ? 'root may read everything' : false };

test('a file without permission to read is a problem', asUser, async () => {
  using folder = new Folder();
  folder.write('home/.popfetchrc', config('a'), 0o000);
  assert.deepEqual(problems(await load(folder)), ['cannot be read: permission denied']);
});

test('a program is never taken as configuration', async () => {
  using folder = new Folder();
  for (const ending of ['js', 'cjs', 'mjs', 'ts']) {
    const file = folder.write(`config.${ending}`, 'throw new Error("ran")');
    assert.deepEqual(problems(await load(folder, { file })), [
      'is a program, and popfetch runs none',
    ]);
  }
});

test('a file called package.json is read as a whole when it is named', async () => {
  using folder = new Folder();
  const file = folder.write('package.json', config('whole'));
  assert.equal(found(await load(folder, { file })), 'whole');
});

test('$import is an unknown key', async () => {
  using folder = new Folder();
  folder.write('home/.popfetchrc', `$import: other.yaml\n${config('a')}`);
  folder.write('home/other.yaml', 'jobs: 9');
  assert.deepEqual(problems(await load(folder)), ['unknown key "$import"']);
});

test('standard input is read for "-"', async () => {
  using folder = new Folder();
  async function* stdin() {
    const bytes = new TextEncoder().encode(`${config('piped')} # é`);
    yield bytes.subarray(0, -1);
    yield bytes.subarray(-1);
  }
  const loaded = await load(folder, { file: '-', stdin: stdin() });
  assert.equal(found(loaded), 'piped');
  assert.equal(loaded.kind === 'config' && loaded.path, 'stdin');
});

for (const [mode, message] of [
  [0o620, 'its group can write it, and could make it run any command'],
  [0o602, 'everybody can write it, and could make it run any command'],
] as const)
  test(`a file with mode ${mode.toString(8)} is refused`, async () => {
    using folder = new Folder();
    const path = folder.write('home/.popfetchrc', config('a'), mode);
    const loaded = await load(folder);
    assert.deepEqual(problems(loaded), [message]);
    assert.equal(loaded.kind === 'problems' && loaded.problems[0]?.hint, `chmod go-w ${path}`);
  });

test('a file of another user is refused', async () => {
  using folder = new Folder();
  const path = folder.write('home/.popfetchrc', config('a'), 0o644);
  if (uid === 0) chownSync(path, 4711, 4711);
  assert.match(problems(await load(folder, { uid: uid + 1 })).join(), /belongs to another user/);
});

test('a file of root is accepted', { skip: uid !== 0 && 'only root can make one' }, async () => {
  using folder = new Folder();
  folder.write('home/.popfetchrc', config('a'), 0o644);
  assert.equal(found(await load(folder, { uid: 4711 })), 'a');
});

const literal = config('a').replace('{prompt: true}', 'hunter2');

for (const [mode, refused] of [
  [0o600, false],
  [0o400, false],
  [0o640, true],
  [0o604, true],
] as const)
  test(`a password in a file with mode ${mode.toString(8)} is ${refused ? 'refused' : 'accepted'}`, async () => {
    using folder = new Folder();
    folder.write('home/.popfetchrc', literal, mode);
    const expected = refused ? ['password: others can read this file'] : [];
    assert.deepEqual(problems(await load(folder)), expected);
  });

test('the command that hides a password works for any file name', async () => {
  using folder = new Folder();
  const file = folder.write("joe's config.yaml", literal, 0o644);
  const loaded = await load(folder, { file });
  assert.equal(
    loaded.kind === 'problems' && loaded.problems[0]?.hint,
    `chmod 600 '${file.replace("'", "'\\''")}'`,
  );
});

test('owner and mode are not looked at where the system has none', async () => {
  using folder = new Folder();
  folder.write('home/.popfetchrc', literal, 0o666);
  assert.equal(found(await load(folder, { uid: undefined })), 'a');
});
