import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthMethod } from '../../../src/source/pop3/settings.ts';
import { startInterloper, startScramServer } from '../../support/scram-server.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { failureOf, openSession, password } from './support.ts';

const all = 'PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS';
const binds = { offers: all, password, binds: true };

/** The first words of AUTH, and the flag that the exchange begins with. */
function attempts(heard: readonly string[]): string[] {
  return heard
    .filter((line) => line.startsWith('AUTH'))
    .map((line) => {
      const [, mechanism = '', initial = ''] = line.split(' ');
      return `${mechanism} ${Buffer.from(initial, 'base64').toString().split(',')[0]}`;
    });
}

for (const [auth, version, offers, attempt] of [
  ['auto', 'TLSv1.3', all, 'SCRAM-SHA-256-PLUS p=tls-exporter'],
  ['auto', 'TLSv1.2', all, 'SCRAM-SHA-256-PLUS p=tls-unique'],
  ['scram-sha-256', 'TLSv1.3', all, 'SCRAM-SHA-256-PLUS p=tls-exporter'],
  ['scram-sha-1', 'TLSv1.2', all, 'SCRAM-SHA-1-PLUS p=tls-unique'],
  [
    'auto',
    'TLSv1.3',
    'SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256',
    'SCRAM-SHA-1-PLUS p=tls-exporter',
  ],
  ['auto', 'TLSv1.3', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256-PLUS p=tls-exporter'],
  ['scram-sha-1', 'TLSv1.3', 'SCRAM-SHA-1 SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1 n'],
] as const)
  test(`SCRAM over ${version} with auth ${auth} at a server that binds and offers ${offers}: ${attempt}`, async () => {
    await using server = await startScramServer({ ...binds, version, offers });
    await using _ = await openSession(server, {
      tls: 'on',
      auth: auth satisfies AuthMethod | 'auto',
    });
    assert.deepEqual(attempts(server.heard), [attempt]);
  });

test('a server without channel binding is told that it could be had', async () => {
  const offers = 'SCRAM-SHA-1 SCRAM-SHA-256';
  await using server = await startScramServer({ ...binds, offers, binds: false });
  await using _ = await openSession(server, { tls: 'on' });
  assert.deepEqual(attempts(server.heard), ['SCRAM-SHA-256 y']);
});

test('without TLS there is nothing to bind, whatever is offered', async () => {
  await using server = await startScriptedServer([
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: `+OK\r\nSASL ${all}\r\n.\r\n` },
    { expect: /^AUTH SCRAM-SHA-256 biws/ },
    { send: '-ERR [AUTH] no\r\n' },
    { stall: true },
  ]);
  assert.equal((await failureOf(openSession(server))).facts.serverSaid, '-ERR [AUTH] no');
  assert.deepEqual(server.surprises, []);
});

test('somebody who ends our TLS and passes on all that he hears is found out, and nothing else is tried', async () => {
  await using server = await startScramServer(binds);
  await using between = await startInterloper(server, (reply) => reply);
  const { code, facts } = await failureOf(openSession(between, { tls: 'on' }));
  assert.equal(code, 'auth');
  assert.match(facts.reason ?? '', /another TLS session than ours: somebody may sit in between/);
  assert.match(facts.hint ?? '', /SCRAM-SHA-256-PLUS/);
  assert.deepEqual(attempts(between.heard), ['SCRAM-SHA-256-PLUS p=tls-exporter']);
});

test('somebody who takes -PLUS out of what the server offers is found out by the server', async () => {
  await using server = await startScramServer(binds);
  const strip = (reply: string): string => reply.replaceAll(/ \S+-PLUS/g, '');
  await using between = await startInterloper(server, strip);
  const { code, facts } = await failureOf(openSession(between, { tls: 'on' }));
  assert.equal(code, 'auth');
  assert.match(facts.serverSaid ?? '', /server-does-support-channel-binding/);
  assert.deepEqual(attempts(between.heard), ['SCRAM-SHA-256 y']);
});

test('a server that offers -PLUS and fails with it is not tried with anything else', async () => {
  const script = [
    { startTls: 'server' },
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: `+OK\r\nSASL ${all}\r\n.\r\n` },
    { expect: /^AUTH SCRAM-SHA-256-PLUS / },
    { send: '-ERR unsupported-channel-binding-type\r\n' },
    { stall: true },
  ] as const;
  await using server = await startScriptedServer(script);
  const { code, facts } = await failureOf(openSession(server, { tls: 'on' }));
  assert.equal(code, 'auth');
  assert.match(facts.hint ?? '', /set auth: plain/);
  assert.deepEqual(server.encrypted.match(/^(?:AUTH|USER|PASS)/gm), ['AUTH']);
});
