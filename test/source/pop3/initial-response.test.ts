import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthMethod } from '../../../src/source/pop3/settings.ts';
import { Secret } from '../../../src/util/secret.ts';
import type { Step } from '../../support/scripted-server.ts';
import { base64, failureOf, loginServer, openSession, password } from './support.ts';

const ok: Step = { send: '+OK\r\n' };
const prompt: Step = { send: '+ \r\n' };
const token = 't'.repeat(4096);
const responses = {
  xoauth2: base64(`user=joe\u0001auth=Bearer ${token}\u0001\u0001`),
  oauthbearer: (port: number): string =>
    base64(`n,a=joe,\u0001host=127.0.0.1\u0001port=${port}\u0001auth=Bearer ${token}\u0001\u0001`),
};
const plain = base64(`\0joe\0${password}`);

function withToken(auth: AuthMethod) {
  return { tls: 'on', auth, password: () => Promise.resolve(new Secret(token)) } as const;
}

/** How the lines of the login began, after CAPA. */
function linesOf(encrypted: string): string[] {
  return encrypted
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.slice(0, 20));
}

test('a server that takes a token with the name of the mechanism only is given it there, once', async () => {
  await using server = await loginServer(
    'SASL XOAUTH2',
    { expect: 'AUTH XOAUTH2' },
    { send: '-ERR Missing argument\r\n' },
    { expect: `AUTH XOAUTH2 ${responses.xoauth2}` },
    ok,
  );
  await using _ = await openSession(server, withToken('xoauth2'));
  assert.deepEqual(server.surprises, []);
});

for (const [auth, dummy] of [
  ['xoauth2', ''],
  ['oauthbearer', 'AQ=='],
] as const)
  test(`${auth} with the name of the mechanism: reasons in JSON are answered, and the refusal itself is told`, async () => {
    const name = auth.toUpperCase();
    await using server = await loginServer(
      `SASL ${name}`,
      { expect: `AUTH ${name}` },
      { send: '-ERR syntax\r\n' },
      { expect: new RegExp(`^AUTH ${name} [A-Za-z0-9+/]{5000,}=*$`) },
      { send: `+ ${base64('{"status":"400"}')}\r\n` },
      { expect: dummy },
      { send: '-ERR [AUTH] token out of date\r\n' },
    );
    const { code, facts } = await failureOf(openSession(server, withToken(auth)));
    assert.deepEqual([code, facts.serverSaid], ['auth', '-ERR [AUTH] token out of date']);
    assert.match(facts.hint ?? '', /access token/);
    assert.deepEqual(server.surprises, []);
    assert.equal(server.encrypted.match(/^AUTH/gm)?.length, 2);
  });

for (const [answer, code] of [
  ['-ERR [AUTH] not with this account', 'auth'],
  ['-ERR [SYS/TEMP] later', 'sys_temp'],
  ['-ERR [SYS/PERM] closed', 'sys_perm'],
  ['-ERR [IN-USE] locked', 'in_use'],
  ['-ERR [LOGIN-DELAY] wait', 'login_delay'],
] as const)
  test(`${answer} to the name of the mechanism is an answer: the token is not sent`, async () => {
    await using server = await loginServer(
      'SASL XOAUTH2',
      { expect: 'AUTH XOAUTH2' },
      { send: `${answer}\r\n` },
    );
    const failure = await failureOf(openSession(server, withToken('xoauth2')));
    assert.deepEqual([failure.code, failure.facts.serverSaid], [code, answer]);
    assert.deepEqual(linesOf(server.encrypted), ['AUTH XOAUTH2']);
  });

test('a token refused both ways is not sent a third time', async () => {
  await using server = await loginServer(
    'SASL XOAUTH2 PLAIN\r\nUSER',
    { expect: 'AUTH XOAUTH2' },
    { send: '-ERR what?\r\n' },
    { expect: /^AUTH XOAUTH2 / },
    { send: '-ERR no\r\n' },
  );
  const { code, facts } = await failureOf(openSession(server, withToken('xoauth2')));
  assert.deepEqual([code, facts.serverSaid], ['auth', '-ERR no']);
  assert.equal(linesOf(server.encrypted).length, 2);
});

test('a server that refuses the name of the mechanism and hangs up has refused the login', async () => {
  await using server = await loginServer(
    'SASL XOAUTH2',
    { expect: 'AUTH XOAUTH2' },
    { send: '-ERR mechanism is switched off\r\n' },
    { cut: 'fin' },
  );
  const { code, facts } = await failureOf(openSession(server, withToken('xoauth2')));
  assert.deepEqual([code, facts.serverSaid], ['auth', '-ERR mechanism is switched off']);
});

for (const [title, login] of [
  ['prompts for it', [prompt, { expect: plain }, ok]],
  [
    'gets it once it refused to prompt',
    [{ send: '-ERR\r\n' }, { expect: `AUTH PLAIN ${plain}` }, ok],
  ],
] as const)
  test(`a server without CAPA may know no initial response: it ${title}`, async () => {
    await using server = await loginServer('', { expect: 'AUTH PLAIN' }, ...login);
    await using _ = await openSession(server, { tls: 'on', auth: 'plain' });
    assert.deepEqual(server.surprises, []);
  });

test('OAUTHBEARER names the host and port that its token is for', async () => {
  await using server = await loginServer(
    'SASL OAUTHBEARER',
    { expect: 'AUTH OAUTHBEARER' },
    prompt,
    { expect: /./ },
    ok,
  );
  await using _ = await openSession(server, withToken('oauthbearer'));
  assert.ok(server.encrypted.endsWith(`${responses.oauthbearer(server.port)}\r\n`));
});
