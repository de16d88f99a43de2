import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificatePaths } from '../../support/certificates.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { failureOf, openSession } from './support.ts';

const client = certificatePaths('client');

test('a client certificate is shown, and EXTERNAL logs in with it without asking for a password', async () => {
  await using server = await startScriptedServer([
    { startTls: 'server', asks: true },
    { send: '+OK ready\r\n' },
    { expect: 'CAPA' },
    { send: '+OK\r\nSASL EXTERNAL PLAIN\r\nUSER\r\n.\r\n' },
    { expect: 'AUTH EXTERNAL am9l' },
    { send: '+OK\r\n' },
    { stall: true },
  ]);
  const tlsSettings = { ca: server.ca, fingerprint: undefined, client };
  await using _ = await openSession(server, {
    tls: 'on',
    tlsSettings,
    auth: 'external',
    password: () => Promise.reject(new Error('asked for a password')),
  });
  assert.deepEqual(server.surprises, []);
});

test('a server that wants a certificate and gets none is told as such', async () => {
  await using server = await startScriptedServer([
    { startTls: 'server', asks: true },
    { send: '+OK ready\r\n' },
    { stall: true },
  ]);
  const { code } = await failureOf(openSession(server, { tls: 'on', timeout: 2000 }));
  assert.match(code, /^(?:tls_handshake|connection_lost)$/);
  assert.equal(server.encrypted, '');
});
