import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { effectiveConfig, type Origin } from '../../src/config/effective.ts';
import { effectiveText } from '../../src/config/effective-text.ts';
import { accountKeys } from '../../src/config/keys.ts';
import { valid } from './support.ts';

const text = `every: 10m
defaults:
  keep: 30d
  deliver: ~/mail/{account}/
accounts:
  gmx:
    email: joe@gmx.net
    password: hunter22
  web:
    email: joe@web.de
    keep: false
    password: {command: "pw {account}"}
    proxy: socks5h://joe:hunter22@proxy.example:1080
    deliver: {smtp: h.example, to: a@b, user: u, password: hunter22}
`;

function account(name: string): ReadonlyMap<string, readonly [value: unknown, origin: Origin]> {
  const { accounts } = effectiveConfig(text, valid(text));
  const settings = accounts.find(([one]) => one === name)?.[1] ?? [];
  return new Map(settings.map(({ key, value, origin }) => [key, [value, origin]]));
}

const settings: readonly (readonly [string, string, unknown, Origin])[] = [
  ['gmx', 'email', 'joe@gmx.net', { kind: 'file', line: 7 }],
  ['gmx', 'host', 'pop.gmx.net', { kind: 'provider', name: 'GMX' }],
  ['gmx', 'user', 'joe@gmx.net', { kind: 'provider', name: 'GMX' }],
  ['gmx', 'port', 995, { kind: 'key', key: 'tls' }],
  ['gmx', 'keep', '30d', { kind: 'defaults', line: 3 }],
  ['gmx', 'deliver', '~/mail/gmx/', { kind: 'defaults', line: 4 }],
  ['gmx', 'every', '10m', { kind: 'file', line: 1 }],
  ['gmx', 'timeout', '60s', { kind: 'default' }],
  ['gmx', 'password', '***', { kind: 'file', line: 8 }],
  ['web', 'user', 'joe', { kind: 'provider', name: 'WEB.DE' }],
  ['web', 'keep', false, { kind: 'file', line: 11 }],
  ['web', 'password', { command: 'pw web' }, { kind: 'file', line: 12 }],
  ['web', 'proxy', 'socks5h://***@proxy.example:1080', { kind: 'file', line: 13 }],
];
for (const [name, key, value, origin] of settings)
  test(`${key} of ${name} is shown with where it comes from: ${origin.kind}`, () => {
    assert.deepEqual(account(name).get(key), [value, origin]);
  });

test('no password is printed, wherever it stands', () => {
  const printed = effectiveText(effectiveConfig(text, valid(text)), '~/config.yaml');
  assert.doesNotMatch(printed, /hunter/);
  assert.match(printed, /^ {4}keep: 30d {2,}# config\.yaml:3, defaults$/m);
});

for (const name of readdirSync('examples').filter((name) => name.endsWith('.yaml')))
  test(`what is printed of examples/${name} is a configuration that means the same`, () => {
    const example = readFileSync(`examples/${name}`, 'utf8');
    const printed = effectiveText(effectiveConfig(example, valid(example)), name);
    const { accounts, ...others } = valid(printed);
    const expected = valid(example);
    assert.deepEqual({ accounts, ...others }, expected);
    for (const [, own] of effectiveConfig(example, expected).accounts)
      assert.ok(own.every(({ key }) => Object.hasOwn(accountKeys, key)));
  });
