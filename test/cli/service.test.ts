import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInProcess } from '../support/run-in-process.ts';
import { PopfetchHome } from '../support/run-popfetch.ts';
import { repository } from '../support/source-code.ts';

test('install writes the timer, has systemd start it, and can be said again', async () => {
  await using place = await setUp();
  const first = await place.service('install');
  assert.equal(first.stderr, '');
  assert.equal(first.status, 0);
  assert.equal(
    first.stdout,
    `wrote ~/.config/systemd/user/popfetch.timer
wrote ~/.config/systemd/user/popfetch-once.service
started popfetch.timer: the first poll comes within twelve minutes (systemctl --user list-timers)
what it says: journalctl --user -u 'popfetch*'
It ends when you log out; to have it go on: loginctl enable-linger
`,
  );
  assert.deepEqual(place.told(), ['daemon-reload', 'enable --now popfetch.timer']);
  assert.match(
    place.unit('popfetch-once.service'),
    /^ExecStart=\/n\/node \/p\/popfetch\.cjs --once -q -c /m,
  );
  const again = await place.service('install');
  assert.match(again.stdout, /^unchanged: .*\.timer\nunchanged: .*\.service\nstarted /);
  assert.equal(again.status, 0);
});

test('what install writes is what print prints, below a line that says who wrote it', async () => {
  await using place = await setUp();
  await place.service('install', '--service');
  const { stdout } = await place.service('print', 'service');
  const [first, ...rest] = place.unit('popfetch.service').split('\n');
  assert.match(first ?? '', /^# Written by "popfetch service install"/);
  assert.equal(rest.join('\n'), stdout);
});

test('one form takes the place of the other', async () => {
  await using place = await setUp();
  await place.service('install');
  place.told();
  const { status } = await place.service('install', '--service');
  assert.equal(status, 0);
  assert.deepEqual(place.units(), ['popfetch.service']);
  assert.deepEqual(place.told(), [
    'disable --now popfetch.timer',
    'daemon-reload',
    'enable --now popfetch.service',
  ]);
});

test('a unit of an older installation is replaced, and what runs by it is restarted', async () => {
  await using place = await setUp();
  await place.service('install', '--service');
  place.told();
  const { status } = await place.from('/new/popfetch.cjs', 'install', '--service');
  assert.equal(status, 0);
  assert.match(place.unit('popfetch.service'), /\/new\/popfetch\.cjs/);
  assert.ok(place.told().includes('restart popfetch.service'));
});

for (const [how, change] of [
  ['written by somebody else', (place: Place) => place.write('popfetch.timer', '[Timer]\n')],
  [
    'changed by hand',
    async (place: Place) => {
      await place.service('install');
      place.append('popfetch.timer', '# mine\n');
    },
  ],
] as const)
  test(`a unit ${how} is neither replaced nor removed without --yes`, async () => {
    await using place = await setUp();
    await change(place);
    const before = place.unit('popfetch.timer');
    for (const action of ['install', 'remove']) {
      const { status, stderr } = await place.service(action);
      assert.equal(status, 73, action);
      assert.match(
        stderr,
        /popfetch\.timer was not written by popfetch, or changed since: left as it is\n--yes /,
      );
      assert.equal(place.unit('popfetch.timer'), before);
    }
    assert.equal((await place.service('install', '--yes')).status, 0);
    assert.notEqual(place.unit('popfetch.timer'), before);
  });

test('remove stops, disables and removes what install wrote, and nothing else', async () => {
  await using place = await setUp();
  await place.service('install');
  place.write('other.service', '[Service]\n');
  place.told();
  const { status, stdout } = await place.service('remove');
  assert.equal(status, 0);
  assert.match(stdout, /^removed .*popfetch\.timer\nremoved .*popfetch-once\.service\n$/);
  assert.deepEqual(place.told(), ['disable --now popfetch.timer', 'daemon-reload']);
  assert.deepEqual(place.units(), ['other.service']);
  assert.equal((await place.service('remove')).stdout, 'nothing is installed\n');
});

test('without systemd nothing is written, and the cron line is there', async () => {
  await using place = await setUp();
  place.program('systemctl', undefined);
  const { status, stdout, stderr } = await place.service('install');
  assert.equal(status, 69);
  assert.match(stderr, /^popfetch: there is no systemd here/);
  assert.match(stdout, /^\*\/10 \* \* \* \* \/n\/node \/p\/popfetch\.cjs --once --quiet -c /m);
  assert.deepEqual(place.units(), []);
});

test('where the systemd of the user cannot be reached, the commands to run are told', async () => {
  await using place = await setUp();
  place.program('systemctl', 'case $2 in --version) ;; *) echo "no bus" >&2; exit 1;; esac');
  const { status, stderr } = await place.service('install');
  assert.equal(status, 0);
  assert.deepEqual(place.units(), ['popfetch-once.service', 'popfetch.timer']);
  assert.match(stderr, /^popfetch: systemctl: no bus$/m);
  assert.match(
    stderr,
    /^ {2}systemctl --user daemon-reload\n {2}systemctl --user enable --now popfetch\.timer$/m,
  );
});

test('nothing is said of logging out where services linger', async () => {
  await using place = await setUp();
  place.program('loginctl', 'echo yes');
  assert.doesNotMatch((await place.service('install')).stdout, /linger/);
});

test('a configuration that cannot be used is told, and may come later', async () => {
  await using place = await setUp();
  place.home.configure({ accounts: {} });
  const { status, stderr } = await place.service('install');
  assert.equal(status, 0);
  assert.match(stderr, /^popfetch: nothing can be fetched yet: .*: accounts: /);
});

test('print names files by their whole paths, whatever the environment says where they are', async () => {
  await using place = await setUp();
  const print = async (env: Record<string, string>, ...own: readonly string[]) => {
    const { stdout } = await runInProcess(
      place.home,
      ['service', 'print', 'cron', ...own],
      undefined,
      {
        argv: ['service', 'print', 'cron', ...own],
        program: ['/n/node', '/p/popfetch.cjs'],
        env,
      },
    );
    return stdout.split('--once --quiet')[1];
  };
  const config = place.home.path('xdg/popfetch/config.yaml');
  mkdirSync(place.home.path('xdg/popfetch'), { recursive: true });
  writeFileSync(config, 'accounts: {}\n', { mode: 0o600 });
  assert.equal(await print({}), '\n');
  assert.equal(await print({}, '-c', '~/my.yaml'), ` -c ${place.home.path('home/my.yaml')}\n`);
  assert.equal(await print({ POPFETCH_CONFIG: '/etc/p.yaml' }), ' -c /etc/p.yaml\n');
  assert.equal(await print({ POPFETCH_STATE_DIR: '/s' }), ' --state-dir /s\n');
  assert.equal(await print({ XDG_CONFIG_HOME: place.home.path('xdg') }), ` -c ${config}\n`);
  assert.equal(await print({ XDG_STATE_HOME: '/x' }), ' --state-dir /x/popfetch\n');
  assert.equal(await print({ STATE_DIRECTORY: '/y' }), '\n');
});

for (const [line, why] of [
  ['install cron', /service print cron/],
  ['install --timer --service', /either timer or service/],
  ['remove timer', /remove/],
  ['print tmier', /timer/],
] as const)
  test(`"service ${line}" is refused as a usage failure`, async () => {
    await using place = await setUp();
    const { status, stderr } = await place.service(...line.split(' '));
    assert.equal(status, 64);
    assert.match(stderr, why);
  });

for (const [option, tells] of [
  ['--keep', /^<3>dead +FAIL /],
  ['-v', /^<3>level=error msg=.* account=dead .*code=connect/],
] as const)
  test(`in the journal every line of the real program on standard error has its priority (${option})`, async () => {
    await using home = await PopfetchHome.create();
    const nobody = { host: '127.0.0.1', port: 1, tls: 'off', user: 'joe', password: 'x' };
    home.configure({ accounts: { dead: nobody } });
    const journal = openSync(home.path('journal'), 'w');
    const { dev, ino } = fstatSync(journal);
    const program = [join(repository, 'bin/popfetch.cjs'), '--once', option];
    const where = ['-c', home.configFile, '--state-dir', home.stateDir];
    const { status } = spawnSync(process.execPath, [...program, ...where], {
      env: { HOME: home.path('home'), JOURNAL_STREAM: `${dev}:${ino}` },
      stdio: ['ignore', 'ignore', journal],
    });
    closeSync(journal);
    assert.equal(status, 75);
    const text = readFileSync(home.path('journal'), 'utf8');
    const lines = text.trimEnd().split('\n');
    assert.deepEqual(
      lines.filter((line) => !/^<[3-7]>/.test(line)),
      [],
    );
    assert.equal(lines.filter((line) => line.includes('cannot reach')).length, 1, text);
    assert.match(lines.find((line) => line.includes('cannot reach')) ?? '', tells);
    assert.doesNotMatch(text, /time=/);
  });

type Place = Awaited<ReturnType<typeof setUp>>;

/** A home with a systemctl and a loginctl of its own, which note what they are told. */
async function setUp() {
  const home = await PopfetchHome.create();
  home.configure({ accounts: { box: { email: 'joe@gmx.net', password: { env: 'PW' } } } });
  mkdirSync(home.path('bin'));
  const noted = home.path('told');
  const folder = home.path('home/.config/systemd/user');
  const from = (file: string, ...args: readonly string[]) =>
    runInProcess(home, ['service', ...args], undefined, {
      program: ['/n/node', file],
      env: { PATH: home.path('bin') },
    });
  const place = {
    home,
    from,
    service: (...args: readonly string[]) => from('/p/popfetch.cjs', ...args),
    /** A shell script for a program; undefined: there is none. */
    program(name: string, script: string | undefined) {
      const text = `#!/bin/sh\n${script}\n`;
      if (script === undefined) rmSync(home.path('bin', name));
      else writeFileSync(home.path('bin', name), text, { mode: 0o755 });
    },
    /** What systemctl was told since it was last asked. */
    told(): string[] {
      const lines = existsSync(noted)
        ? readFileSync(noted, 'utf8').split('\n').filter(Boolean)
        : [];
      writeFileSync(noted, '');
      return lines.filter((line) => line !== '--version');
    },
    units: () => (existsSync(folder) ? readdirSync(folder).sort() : []),
    unit: (name: string) => readFileSync(`${folder}/${name}`, 'utf8'),
    append: (name: string, text: string) => appendFileSync(`${folder}/${name}`, text),
    write(name: string, text: string) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/${name}`, text);
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
  place.program('systemctl', `shift; echo "$*" >> ${noted}`);
  place.program('loginctl', 'echo no');
  return place;
}
