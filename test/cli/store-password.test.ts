import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isInstalled, storePassword } from '../../src/cli/store-password.ts';
import { Failure } from '../../src/errors.ts';
import { Secret } from '../../src/util/secret.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const signal = new AbortController().signal;
const typed = new Secret('hunter22');

/** A program of its own that notes what it was called with and what it read. */
function program(folder: string, name: string, end: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho "$@" > ${folder}/argv\ncat > ${folder}/stdin\n${end}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('a program gets the password on its standard input, and never in an argument', async () => {
  await using folder = await temporaryFolder();
  const argv = [program(folder.path, 'pass', 'exit 0'), 'insert', '--multiline', 'mail/joe'];
  const place = { settings: {}, typed, store: { kind: 'program', argv } } as const;
  await storePassword(place, { PATH: '/usr/bin:/bin' }, signal);
  assert.equal(readFileSync(join(folder.path, 'stdin'), 'utf8'), 'hunter22');
  assert.equal(readFileSync(join(folder.path, 'argv'), 'utf8'), 'insert --multiline mail/joe\n');
});

test('what a program says when it takes no password is told, without the password', async () => {
  await using folder = await temporaryFolder();
  const argv = [program(folder.path, 'pass', 'echo "no key" >&2; exit 1')];
  const place = { settings: {}, typed, store: { kind: 'program', argv } } as const;
  await assert.rejects(storePassword(place, { PATH: '/usr/bin:/bin' }, signal), (thrown) => {
    assert.ok(thrown instanceof Failure);
    assert.match(thrown.message, /did not take the password: no key$/);
    return true;
  });
});

test('a file for it is made for its owner alone, in a folder likewise', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'popfetch', 'gmx.password');
  await storePassword({ settings: {}, typed, store: { kind: 'file', path } }, {}, signal);
  assert.equal(readFileSync(path, 'utf8'), 'hunter22\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder.path, 'popfetch')).mode & 0o777, 0o700);
});

test('a program is installed where PATH leads to it', async () => {
  await using folder = await temporaryFolder();
  program(folder.path, 'pass', '');
  assert.ok(isInstalled('pass', { PATH: `/nowhere:${folder.path}` }));
  assert.equal(isInstalled('pass', { PATH: '/nowhere' }), false);
  assert.equal(isInstalled('pass', {}), false);
});
