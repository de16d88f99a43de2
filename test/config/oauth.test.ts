import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountConfig } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { home, problemsIn, valid } from './support.ts';

test('at a known server a client id is enough', () => {
  const microsoft = account('email: joe@outlook.com, oauth: {clientId: one}');
  assert.deepEqual(microsoft.oauth, {
    server: { kind: 'provider', name: 'microsoft', tenant: 'common' },
    clientId: 'one',
    clientSecret: undefined,
    scope: 'https://outlook.office.com/POP.AccessAsUser.All offline_access',
  });
  assert.equal(microsoft.auth, 'xoauth2');
  const google = account('email: joe@gmail.com, oauth: {clientId: two, clientSecret: {env: S}}');
  assert.deepEqual(google.oauth?.server, { kind: 'provider', name: 'google', tenant: 'common' });
  assert.deepEqual(google.oauth?.clientSecret, { kind: 'env', variable: 'S' });
  assert.equal(google.oauth?.scope, 'https://mail.google.com/');
  assert.equal(google.auth, 'auto');
});

test('at another server the provider or the issuer is named', () => {
  const named = account('host: a.example, user: j, oauth: {clientId: x, provider: google}');
  assert.deepEqual(named.oauth?.server, { kind: 'provider', name: 'google', tenant: 'common' });
  const url = 'https://id.example/realms/mail';
  const other = account(`host: a.example, user: j, oauth: {clientId: x, issuer: '${url}'}`);
  assert.deepEqual(other.oauth?.server, { kind: 'issuer', url });
  assert.equal(other.oauth?.scope, '');
  assert.equal(other.password, undefined);
});

test('what an account says of its password or its tokens wins over the defaults', () => {
  const withDefault = (defaults: string, own: string) => {
    const text = `defaults: {${defaults}}\naccounts:\n  a: {email: joe@outlook.com, ${own}}\n`;
    const [one] = valid(text).accounts;
    return [one?.oauth?.clientId, one?.password?.kind];
  };
  const [tokens, password] = ['oauth: {clientId: x}', 'password: {env: P}'];
  assert.deepEqual(withDefault(tokens, 'keep: true'), ['x', undefined]);
  assert.deepEqual(withDefault(tokens, password), [undefined, 'env']);
  assert.deepEqual(withDefault(password, tokens), ['x', undefined]);
});

const mistakes: readonly (readonly [text: string, problem: RegExp])[] = [
  ['host: a.example, user: j, oauth: {clientId: x}', /not known who gives out tokens for a\.exam/],
  ['email: a@gmail.com, oauth: {}', /no clientId/],
  ['email: a@gmail.com, oauth: secret-token', /^oauth: expected keys, found text$/],
  ['email: a@gmail.com, oauth: {clientID: x}', /unknown key "clientID"/],
  ['email: a@gmail.com, oauth: {clientId: x}, password: p', /oauth and password at once/],
  ['email: a@gmail.com, oauth: {clientId: x}, auth: plain', /auth: plain logs in without the/],
  ['email: a@gmail.com, oauth: {clientId: x, provider: yahoo}', /expected microsoft or google/],
  ["email: a@gmail.com, oauth: {clientId: x, issuer: 'http://id.example'}", /expected an https/],
  ['email: a@gmail.com, oauth: {clientId: x, tenant: a/b}', /"a\/b" is no tenant/],
  ['email: a@outlook.com', /has no password/],
];

for (const [text, problem] of mistakes)
  test(`a mistake in "${text}" is named`, () => {
    const [first, ...more] = problemsIn(`accounts:\n  a: {${text}}\n`);
    assert.match(first?.message ?? '', problem);
    assert.deepEqual(more, []);
  });

test('provider and issuer exclude each other', () => {
  const oauth = "{clientId: x, provider: google, issuer: 'https://id.example'}";
  const [first] = problemsIn(`accounts:\n  a: {email: a@gmail.com, oauth: ${oauth}}\n`);
  assert.match(first?.message ?? '', /provider and issuer at once/);
});

test('http is taken from an issuer on this computer, for tests', () => {
  const oauth = "{clientId: x, issuer: 'http://127.0.0.1:4000'}";
  const { server } = account(`host: a.example, user: j, oauth: ${oauth}`).oauth ?? {};
  assert.deepEqual(server, { kind: 'issuer', url: 'http://127.0.0.1:4000' });
});

test('a client secret that others can read is refused, and shown nowhere', () => {
  const oauth = '{clientId: x, clientSecret: hush}';
  const text = `accounts:\n  a: {email: a@gmail.com, oauth: ${oauth}}\n`;
  const parsed = parseConfig(text, 'c', { home, toHide: 'chmod 600 c' });
  assert.ok(parsed.kind === 'problems');
  assert.match(parsed.problems[0]?.message ?? '', /^clientSecret: others can read this file$/);
  assert.doesNotMatch(JSON.stringify(parsed), /hush/);
});

function account(settings: string): AccountConfig {
  const [one] = valid(`accounts:\n  a: {${settings}}\n`).accounts;
  assert.ok(one);
  return one;
}
