import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthMethod } from '../../../src/source/pop3/settings.ts';
import { Secret } from '../../../src/util/secret.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { base64, failureOf, openSession, password, loginServer as server } from './support.ts';

const plainResponse = base64(`\0joe\0${password}`);
const ok: Step = { send: '+OK\r\n' };
const prompt: Step = { send: '+ \r\n' };
const refused: Step = { send: '-ERR [AUTH] no\r\n' };
const userPass: readonly Step[] = [{ expect: 'USER joe' }, ok, { expect: `PASS ${password}` }, ok];

const chosen: readonly (readonly [string, AuthMethod | 'auto', string, readonly Step[]])[] = [
  [
    'PLAIN before LOGIN',
    'auto',
    'SASL LOGIN PLAIN CRAM-MD5\r\nUSER',
    [{ expect: `AUTH PLAIN ${plainResponse}` }, ok],
  ],
  ['PLAIN by its line', 'auto', 'PLAIN\r\nUSER', [{ expect: `AUTH PLAIN ${plainResponse}` }, ok]],
  [
    'LOGIN before USER and PASS',
    'auto',
    'SASL LOGIN\r\nUSER',
    [
      { expect: 'AUTH LOGIN' },
      { send: '+ VXNlcm5hbWU6\r\n' },
      { expect: base64('joe') },
      { send: '+ UGFzc3dvcmQ6\r\n' },
      { expect: base64(password) },
      ok,
    ],
  ],
  ['USER and PASS before CRAM-MD5 and APOP', 'auto', 'SASL CRAM-MD5\r\nUSER', userPass],
  ['USER and PASS without CAPA', 'auto', '', userPass],
  ['USER and PASS by name', 'user', 'SASL PLAIN', userPass],
  [
    'SCRAM-SHA-256 before all',
    'auto',
    'SASL PLAIN SCRAM-SHA-1 SCRAM-SHA-256\r\nUSER',
    [{ expect: /^AUTH SCRAM-SHA-256 eSwsbj1qb2Us/ }, refused],
  ],
  [
    'SCRAM-SHA-1 before PLAIN',
    'auto',
    'SASL PLAIN SCRAM-SHA-1',
    [{ expect: /^AUTH SCRAM-SHA-1 / }, refused],
  ],
  ['APOP by name', 'apop', 'USER', [{ expect: /^APOP joe [0-9a-f]{32}$/ }, ok]],
  [
    'CRAM-MD5 by name',
    'cram-md5',
    'SASL PLAIN CRAM-MD5',
    [{ expect: 'AUTH CRAM-MD5' }, { send: '+ PDFAaD4=\r\n' }, { expect: /^am9l/ }, ok],
  ],
  [
    'CRAM-MD5 by name without CAPA',
    'cram-md5',
    '',
    [{ expect: 'AUTH CRAM-MD5' }, { send: '+ PDFAaD4=\r\n' }, { expect: /^am9l/ }, ok],
  ],
  [
    'XOAUTH2 outside the SASL line',
    'xoauth2',
    'SASL PLAIN\r\nXOAUTH2',
    [{ expect: 'AUTH XOAUTH2' }, prompt, { expect: /^dXNlcj1qb2UB/ }, ok],
  ],
  [
    'OAUTHBEARER',
    'oauthbearer',
    'SASL OAUTHBEARER',
    [{ expect: 'AUTH OAUTHBEARER' }, prompt, { expect: /^bixhPWpvZSwB/ }, ok],
  ],
  ['EXTERNAL', 'external', 'SASL EXTERNAL', [{ expect: 'AUTH EXTERNAL am9l' }, ok]],
];
for (const [title, auth, capabilities, login] of chosen) {
  test(`the way to log in: ${title}`, async () => {
    await using scripted = await server(capabilities, ...login);
    const attempt = openSession(scripted, { tls: 'on', auth });
    if (login.includes(refused)) {
      const { code, facts } = await failureOf(attempt);
      assert.deepEqual([code, facts.serverSaid], ['auth', '-ERR [AUTH] no']);
    } else await (await attempt)[Symbol.asyncDispose]();
    assert.deepEqual(scripted.surprises, []);
    assert.equal(
      scripted.encrypted.split('\r\n').length - 2,
      login.filter((step) => 'expect' in step).length,
    );
  });
}

const unsuitable: readonly (readonly [AuthMethod | 'auto', string, RegExp])[] = [
  [
    'auto',
    'SASL GSSAPI NTLM',
    /^it offers GSSAPI, NTLM and APOP, wanted is SCRAM-SHA-256, .* or USER\/PASS$/,
  ],
  ['auto', 'SASL XOAUTH2', /offers XOAUTH2 and APOP/],
  [
    'scram-sha-256',
    'SASL PLAIN SCRAM-SHA-1\r\nUSER',
    /^it offers PLAIN, SCRAM-SHA-1, USER\/PASS and APOP, wanted is SCRAM-SHA-256$/,
  ],
  ['cram-md5', 'USER', /wanted is CRAM-MD5/],
];
for (const [auth, capabilities, reason] of unsuitable) {
  test(`nothing weaker than ${auth} is tried at a server with ${capabilities.replaceAll('\r\n', ', ')}`, async () => {
    await using scripted = await server(capabilities);
    const { code, facts } = await failureOf(openSession(scripted, { tls: 'on', auth }));
    assert.equal(code, 'auth_method');
    assert.match(facts.reason ?? '', reason);
    assert.equal(scripted.encrypted, 'CAPA\r\n');
  });
}

test('a server that offers tokens only is told to the user as one', async () => {
  await using scripted = await server('SASL XOAUTH2');
  const { facts } = await failureOf(openSession(scripted, { tls: 'on' }));
  assert.match(facts.hint ?? '', /auth: xoauth2/);
});

test('APOP without a time stamp is not to be had', async () => {
  await using scripted = await startScriptedServer([
    { send: '+OK ready\r\n' },
    { expect: 'CAPA' },
    { send: '-ERR\r\n' },
    { stall: true },
  ]);
  const { code, facts } = await failureOf(openSession(scripted, { auth: 'apop' }));
  assert.equal(code, 'auth_method');
  assert.equal(facts.reason, 'it offers nothing, wanted is APOP');
});

for (const [auth, dummy] of [
  ['xoauth2', ''],
  ['oauthbearer', 'AQ=='],
] as const) {
  test(`${auth}: reasons in JSON are answered, so that the refusal itself is seen, and no token shows`, async () => {
    const token = 'ya29.secret-token';
    const lines: string[] = [];
    const name = auth.toUpperCase();
    await using scripted = await server(
      `SASL ${name}`,
      { expect: `AUTH ${name}` },
      prompt,
      { expect: /^[A-Za-z0-9+/]+=*$/ },
      { send: `+ ${base64('{"status":"401","schemes":"bearer"}')}\r\n` },
      { expect: dummy },
      { send: `-ERR [AUTH] bad token ${token}\r\n` },
    );
    const failure = await failureOf(
      openSession(
        scripted,
        { tls: 'on', auth, password: () => Promise.resolve(new Secret(token)) },
        { onTranscript: (_, line) => lines.push(line) },
      ),
    );
    assert.deepEqual(
      [failure.code, failure.facts.serverSaid],
      ['auth', '-ERR [AUTH] bad token ***'],
    );
    assert.match(failure.facts.hint ?? '', /token/);
    assert.deepEqual(scripted.surprises, []);
    assert.ok(lines.includes('+ ***'));
    for (const secret of [
      token,
      base64(token).slice(0, 12),
      base64(`user=joe\u0001auth=Bearer ${token}`).slice(0, 40),
    ])
      assert.ok(!lines.join('\n').includes(secret), lines.join('\n'));
  });
}

test('a token of 4 KB is sent whole, on a line of its own', async () => {
  const token = 't'.repeat(4096);
  await using scripted = await server(
    'SASL XOAUTH2',
    { expect: 'AUTH XOAUTH2' },
    prompt,
    { expect: base64(`user=joe\u0001auth=Bearer ${token}\u0001\u0001`) },
    ok,
  );
  await using _ = await openSession(scripted, {
    tls: 'on',
    auth: 'xoauth2',
    password: () => Promise.resolve(new Secret(token)),
  });
  assert.deepEqual(scripted.surprises, []);
});

const senseless: readonly (readonly [string, string, RegExp])[] = [
  ['-ERR', '+ -ERR no\r\n', /not base64/],
  ['text', '+ please tell me more\r\n', /not base64/],
  ['broken base64', '+ QUJ\r\n', /not base64/],
  ['64 KB', `+ ${'QUJD'.repeat(15_000)}\r\n`, /too long/],
  ['nothing', '+ \r\n', /makes no sense/],
];
for (const [title, challenge, reason] of senseless) {
  test(`a challenge of ${title} is a failed login, and gets no digest`, async () => {
    await using scripted = await server(
      'SASL CRAM-MD5',
      { expect: 'AUTH CRAM-MD5' },
      { send: challenge },
      { expect: '*' },
      { send: '-ERR cancelled\r\n' },
    );
    const { code, facts } = await failureOf(openSession(scripted, { tls: 'on', auth: 'cram-md5' }));
    assert.deepEqual([code, facts.serverSaid], ['auth', '-ERR cancelled']);
    assert.match(facts.reason ?? '', reason);
    assert.deepEqual(scripted.surprises, []);
  });
}

test('a server that says yes to a login that was given up is not believed', async () => {
  await using scripted = await server(
    'SASL CRAM-MD5',
    { expect: 'AUTH CRAM-MD5' },
    { send: '+ ???\r\n' },
    { expect: '*' },
    ok,
  );
  assert.equal(
    (await failureOf(openSession(scripted, { tls: 'on', auth: 'cram-md5' }))).code,
    'auth',
  );
});

test('a server that asks without end is left', async () => {
  const again: readonly Step[] = Array.from(
    { length: 20 },
    () => [{ expect: '' }, { send: '+ e30=\r\n' }] as const,
  ).flat();
  await using scripted = await server(
    'SASL XOAUTH2',
    { expect: 'AUTH XOAUTH2' },
    prompt,
    { expect: /./ },
    { send: '+ e30=\r\n' },
    ...again,
  );
  const { code, facts } = await failureOf(
    openSession(scripted, { tls: 'on', auth: 'xoauth2', timeout: 500 }),
  );
  assert.equal(code, 'auth');
  assert.match(facts.reason ?? '', /asks and asks/);
  assert.match(scripted.encrypted, /\*\r\n$/);
});

test('a success without proof is not believed of a server that has to prove itself', async () => {
  await using scripted = await server('SASL SCRAM-SHA-256', { expect: /^AUTH SCRAM-SHA-256/ }, ok);
  const { code, facts } = await failureOf(openSession(scripted, { tls: 'on' }));
  assert.equal(code, 'auth');
  assert.match(facts.reason ?? '', /did not prove/);
});
