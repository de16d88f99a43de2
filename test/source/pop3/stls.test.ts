import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import {
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from '../../support/scripted-server.ts';
import { codeOf, failureOf, openSession, password } from './support.ts';

const greeting: Step = { send: '+OK ready\r\n' };
const starttls = { tls: 'starttls', timeout: 2000 } as const;

function assertNoCredential(server: ScriptedServer): void {
  const heard = server.clear + server.encrypted;
  for (const word of ['USER', 'PASS', 'AUTH', 'joe', password])
    assert.ok(!heard.includes(word), heard);
}

test('the login and everything else happens inside TLS', async () => {
  await using server = await startMaildropServer({ tls: 'starttls' });
  await using session = await openSession(server, starttls);
  await session.quit();
  const [log] = server.sessions;
  assert.equal(log?.clear.slice(0, 6), 'STLS\r\n');
  assert.ok(!/CAPA|AUTH|joe/.test(log?.clear ?? ''));
});

const refused: readonly (readonly [string, readonly Step[]])[] = [
  ['STLS is refused', [{ expect: 'STLS' }, { send: '-ERR what?\r\n' }]],
  ['STLS is refused for now', [{ expect: 'STLS' }, { send: '-ERR [SYS/TEMP] later\r\n' }]],
  [
    'a reply is injected in the same segment',
    [{ expect: 'STLS' }, { send: '+OK begin\r\n+OK\r\n' }, { startTls: 'server' }],
  ],
  [
    'twelve replies are injected',
    [{ expect: 'STLS' }, { send: `+OK begin\r\n${'+OK\r\n'.repeat(12)}` }, { startTls: 'server' }],
  ],
  [
    'half a line is injected',
    [{ expect: 'STLS' }, { send: '+OK begin\r\n+O' }, { startTls: 'server' }],
  ],
  [
    'capabilities are injected',
    [
      { expect: 'STLS' },
      { send: '+OK begin\r\n+OK\r\nSASL PLAIN\r\n.\r\n' },
      { startTls: 'server' },
    ],
  ],
  [
    'a reply is injected in the middle of the handshake',
    [
      { expect: 'STLS' },
      { send: '+OK begin\r\n' },
      { expectOctets: true },
      { send: '+OK injected\r\n' },
      { stall: true },
    ],
  ],
];
for (const [title, steps] of refused) {
  test(`without TLS there is no session and no credential: ${title}`, async () => {
    await using server = await startScriptedServer([greeting, ...steps, { stall: true }]);
    const failure = await failureOf(openSession(server, starttls));
    assert.deepEqual([failure.code, failure.facts.phase], ['tls_handshake', 'tls']);
    assertNoCredential(server);
  });
}

test('octets that come between the answer to STLS and the handshake end the session', async () => {
  // Sent in a segment of its own before the client can have begun the handshake.
  await using server = await startScriptedServer([
    greeting,
    { expect: 'STLS' },
    { send: '+OK begin\r\n' },
    { send: '+OK injected\r\n' },
    { startTls: 'server' },
  ]);
  assert.equal(await codeOf(openSession(server, starttls)), 'tls_handshake');
  assertNoCredential(server);
});

const greetings: readonly (readonly [string, string])[] = [
  ['a reply to STLS comes before it was sent', '+OK ready\r\n+OK begin\r\n'],
  ['a greeting claims that we are logged in', '+OK [PREAUTH] joe is logged in already\r\n+OK\r\n'],
];
for (const [title, text] of greetings) {
  test(`nothing said in the clear gets round TLS: ${title}`, async () => {
    await using server = await startScriptedServer([{ send: text }, { stall: true }]);
    assert.match(await codeOf(openSession(server, starttls)), /^(protocol|tls_handshake)$/);
    assertNoCredential(server);
  });
}

test('a greeting like that of a logged-in session is followed by STLS all the same', async () => {
  await using server = await startScriptedServer([
    { send: '+OK [PREAUTH] joe is logged in already\r\n' },
    { expect: 'STLS' },
    { send: '-ERR not in TRANSACTION state\r\n' },
    { stall: true },
  ]);
  assert.equal(await codeOf(openSession(server, starttls)), 'tls_handshake');
  assertNoCredential(server);
});

test('only capabilities told inside TLS count', async () => {
  await using server = await startScriptedServer([
    { send: '+OK SASL PLAIN\r\n' },
    { expect: 'STLS' },
    { send: '+OK begin\r\n' },
    { startTls: 'server' },
    { expect: 'CAPA' },
    { send: '+OK\r\nUSER\r\n.\r\n' },
    { expect: 'USER joe' },
    { send: '+OK\r\n' },
    { expect: `PASS ${password}` },
    { send: '+OK\r\n' },
    { stall: true },
  ]);
  await using _ = await openSession(server, starttls);
  assert.deepEqual(server.surprises, []);
  assert.ok(!server.clear.includes('joe'));
});

for (const name of ['self', 'other', 'expired'] as const) {
  test(`a certificate that is not accepted ends it before any credential: ${name}`, async () => {
    await using server = await startScriptedServer([
      greeting,
      { expect: 'STLS' },
      { send: '+OK begin\r\n' },
      { startTls: name },
      { stall: true },
    ]);
    assert.equal(await codeOf(openSession(server, starttls)), 'tls_verify');
    assertNoCredential(server);
    assert.equal(server.encrypted, '');
  });
}

test('a handshake that stalls is under the time-out', async () => {
  await using server = await startScriptedServer([
    greeting,
    { expect: 'STLS' },
    { send: '+OK begin\r\n' },
    { stall: true },
  ]);
  const failure = await failureOf(openSession(server, { ...starttls, timeout: 100 }));
  assert.deepEqual(
    [failure.code, failure.facts.phase, failure.facts.seconds],
    ['timeout', 'tls', 0.1],
  );
  assertNoCredential(server);
});

test('a port that speaks TLS from the start, asked in the clear, is named as such', async () => {
  await using silent = await startScriptedServer([{ stall: true }]);
  const waited = await failureOf(openSession(silent, { ...starttls, timeout: 50 }));
  assert.equal(waited.code, 'timeout');
  assert.match(waited.facts.hint ?? '', /tls: on/);
  const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 10]);
  await using alerting = await startScriptedServer([{ send: alert }, { stall: true }]);
  const told = await failureOf(openSession(alerting, starttls));
  assert.equal(told.code, 'tls_handshake');
  assert.match(told.facts.hint ?? '', /tls: on/);
});

test('a port that speaks in the clear, asked for TLS, is named as such', async () => {
  await using server = await startScriptedServer([greeting, { stall: true }]);
  const failure = await failureOf(openSession(server, { tls: 'on' }));
  assert.equal(failure.code, 'tls_handshake');
  assert.match(failure.facts.hint ?? '', /starttls/);
  assertNoCredential(server);
});
