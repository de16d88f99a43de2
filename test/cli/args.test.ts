import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withOnceAsCommand } from '../../src/cli/args/early.ts';
import { parseArguments } from '../../src/cli/args.ts';
import { Failure } from '../../src/errors.ts';

const parse = (line: string, env: Record<string, string> = {}) =>
  parseArguments(line.split(' ').filter(Boolean), env, '1.2.3');

function once(line: string, env: Record<string, string> = {}) {
  const invocation = parse(line, env);
  assert.ok(invocation.command === 'once', `${line} is the command once`);
  return invocation;
}

for (const line of ['once gmx work', '--once gmx work', 'gmx --once work', 'gmx work --once'])
  test(`"${line}" polls these two accounts once`, () => {
    assert.deepEqual(once(line).accounts, ['gmx', 'work']);
  });

test('--once behind -- is an account name, not the option', () => {
  assert.deepEqual(withOnceAsCommand(['once', '--', '--once']), ['once', '--', '--once']);
});

test('options are understood before and after the command word', () => {
  const { global, dryRun, jobs } = once('-c /x.yaml --once -n -j 3 -vv --json --state-dir /s');
  assert.equal(global.configFile, '/x.yaml');
  assert.equal(global.stateDir, '/s');
  assert.equal(global.verbosity, 2);
  assert.equal(global.json, true);
  assert.equal(dryRun, true);
  assert.equal(jobs, 3);
});

test('keep is what the configuration says unless the command line says otherwise', () => {
  assert.equal(once('--once').keep, undefined);
  assert.equal(once('--once --keep').keep, true);
  assert.equal(once('--once --no-keep').keep, false);
});

test('the environment stands in for options, and an option wins over it', () => {
  const env = { POPFETCH_CONFIG: '/e.yaml', POPFETCH_QUIET: '1', POPFETCH_NO_INPUT: '1' };
  const { global } = once('--once', env);
  assert.deepEqual([global.configFile, global.quiet, global.input], ['/e.yaml', true, false]);
  assert.equal(once('--once -c /o.yaml', env).global.configFile, '/o.yaml');
  assert.equal(once('--once', { POPFETCH_LOG_LEVEL: 'debug' }).global.verbosity, 2);
});

for (const line of [
  '--once --dry-rum',
  'onec',
  '--once -j 0',
  '--once -j two',
  '--once --limit 1.5',
  '--once -c',
  'config',
  'config chekc',
  '--once --log-format xml',
])
  test(`"${line}" is refused as a usage failure`, () => {
    assert.throws(
      () => parse(line),
      (thrown) => thrown instanceof Failure && thrown.code === 'usage',
    );
  });

test('--version prints the name and the version', () => {
  assert.deepEqual(parse('once --version'), { command: 'print', text: 'popfetch 1.2.3' });
});

for (const line of ['peek --help', 'peek -h', '-q --limit 3 peek --nonsense -h', '-vh peek'])
  test(`"${line}" asks for help on peek, whatever else is wrong`, () => {
    assert.deepEqual(parse(line), { command: 'help', topic: 'peek', ofCommand: true });
  });

const slips: readonly (readonly [line: string, message: RegExp, hint: RegExp])[] = [
  ['onec', /unknown command "onec"/, /did you mean "once"/],
  ['gmx', /unknown command "gmx"/, /popfetch --once gmx/],
  ['on', /unknown command "on"/, /lists the commands/],
  ['--once --dry-rum', /unknown option --dry-rum/, /did you mean --dry-run\?/],
  ['--once --no-kep', /unknown option --no-kep/, /did you mean --no-keep\?/],
  ['--once --dryRun', /unknown option --dryRun/, /did you mean --dry-run\?/],
  ['check --limit 3', /unknown option --limit/, /an option of once/],
  ['status -Z', /unknown option -Z/, /popfetch status --help/],
  ['-j 3', /unknown option -j/, /an option of once/],
  ['--jsno', /unknown option --jsno/, /did you mean --json\?/],
];
for (const [line, message, hint] of slips)
  test(`the slip in "${line}" is answered with what was meant`, () => {
    assert.throws(
      () => parse(line),
      (thrown) => {
        assert.ok(thrown instanceof Failure && thrown.code === 'usage');
        assert.match(thrown.message, message);
        assert.match(thrown.facts.hint ?? '', hint);
        return true;
      },
    );
  });

test('the value of an option is taken for no command and no option', () => {
  assert.equal(once('--limit 3 --once').limit, 3);
  assert.equal(once('-n --once gmx').dryRun, true);
  const peek = parse('peek -n 3 gmx');
  assert.ok(peek.command === 'peek');
  assert.deepEqual([peek.lines, peek.account], [3, 'gmx']);
});

test('exit codes are those of fetchmail where option or environment say so', () => {
  assert.equal(once('--once').global.exitCodes, 'default');
  assert.equal(once('--once --exit-codes fetchmail').global.exitCodes, 'fetchmail');
  const env = { POPFETCH_EXIT_CODES: 'fetchmail' };
  assert.equal(once('--once', env).global.exitCodes, 'fetchmail');
  assert.equal(once('--once --exit-codes default', env).global.exitCodes, 'default');
  assert.throws(() => once('--once', { POPFETCH_EXIT_CODES: 'getmail' }), /POPFETCH_EXIT_CODES/);
});

test('an option given twice counts as it was given last', () => {
  assert.equal(once('--once -c /a -c /b').global.configFile, '/b');
});
