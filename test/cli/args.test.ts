import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments, withOnceAsCommand } from '../../src/cli/args.ts';
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

test('a mistyped command is answered with the nearest one', () => {
  assert.throws(() => parse('demoo'), /demo/);
});

test('--version prints the name and the version, --help the commands and options', () => {
  const version = parse('--version');
  assert.deepEqual(version, { command: 'print', text: 'popfetch 1.2.3' });
  const printed = (line: string) => {
    const help = parse(line);
    return help.command === 'print' ? help.text : '';
  };
  for (const word of ['once', 'demo', 'config', '--state-dir', '--json'])
    assert.ok(printed('--help').includes(word), word);
  for (const word of ['--dry-run', '--jobs', '--max-size'])
    assert.ok(printed('once --help').includes(word), word);
});

test('an option given twice counts as it was given last', () => {
  assert.equal(once('--once -c /a -c /b').global.configFile, '/b');
});
