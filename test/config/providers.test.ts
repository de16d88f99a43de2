import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountConfig } from '../../src/config/config.ts';
import { problemsIn, valid } from './support.ts';

test('an address at a known provider is enough', () => {
  const { host, port, tls, user } = account('email: joe@gmx.net');
  assert.deepEqual([host, port, tls, user], ['pop.gmx.net', 995, 'on', 'joe@gmx.net']);
  assert.equal(account('email: Joe@GMX.NET').host, 'pop.gmx.net');
});

test('where the provider wants a part of the address, that is the login name', () => {
  assert.equal(account('email: joe@web.de').user, 'joe');
  assert.equal(account('email: joe@web.de, user: other').user, 'other');
});

test('what the file says wins over what is known', () => {
  const { host, user } = account('email: joe@web.de, host: pop.example.org');
  assert.deepEqual([host, user], ['pop.example.org', 'joe@web.de']);
  const { port, tls } = account('email: joe@gmx.net, tls: starttls');
  assert.deepEqual([port, tls], [110, 'starttls']);
  assert.equal(account('email: joe@gmx.net, port: 1995').port, 1995);
});

test('server and login that were found can stand in paths and commands', () => {
  const { deliver, password } = account(
    'email: joe@web.de, deliver: "~/{host}/{user}/"',
    '{command: [pass, "{user}"]}',
  );
  assert.equal(deliver.label, '~/pop3.web.de/joe/');
  assert.deepEqual(password, { kind: 'command', argv: ['pass', 'joe'] });
});

test('an address at a provider without POP3 is a problem that says so', () => {
  const text = `accounts:\n  a:\n    email: joe@icloud.com\n    password: {prompt: true}\n`;
  const [problem, ...more] = problemsIn(text);
  assert.deepEqual(more, []);
  assert.equal(problem?.message, 'iCloud Mail has no POP3');
  assert.equal(problem?.hint, 'Apple offers IMAP only.');
  assert.deepEqual([problem?.place?.line, problem?.place?.column], [3, 12]);
});

test('a provider that takes access tokens only gets one, unless auth says otherwise', () => {
  const token = '{command: print-token}';
  assert.equal(account('email: joe@outlook.com', token).auth, 'xoauth2');
  assert.equal(account('host: outlook.office365.com, user: joe', token).auth, 'xoauth2');
  assert.equal(account('email: joe@outlook.com, auth: oauthbearer', token).auth, 'oauthbearer');
  assert.equal(account('email: joe@outlook.com, auth: plain', 'secret').auth, 'plain');
  assert.equal(account('email: joe@gmx.net', token).auth, 'auto');
});

test('a password for a provider that takes access tokens only is a problem that says so', () => {
  const text = 'accounts:\n  a:\n    email: joe@outlook.com\n    password: secret\n';
  const [problem, ...more] = problemsIn(text);
  assert.deepEqual(more, []);
  assert.equal(problem?.message, 'Outlook.com and Microsoft 365: OAuth 2 only, no passwords');
  assert.match(problem?.hint ?? '', /prints an access token/);
  assert.deepEqual([problem?.place?.line, problem?.place?.column], [4, 15]);
});

test("a host of one's own is not asked whether the provider has POP3", () => {
  assert.equal(account('email: joe@proton.me, host: localhost').host, 'localhost');
});

function account(keys: string, password = '{prompt: true}'): AccountConfig {
  const [one] = valid(`accounts: {a: {${keys}, password: ${password}}}`).accounts;
  assert.ok(one);
  return one;
}
