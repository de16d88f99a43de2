import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Server, connect as tcpConnect } from 'node:net';
import { test } from 'node:test';
import {
  createServer,
  type PeerCertificate,
  type TlsOptions as ServerOptions,
  type TLSSocket,
} from 'node:tls';
import { Failure } from '../../src/errors.ts';
import { connect } from '../../src/net/connect.ts';
import { prepareSecurity, type SecuritySettings } from '../../src/net/security.ts';
import { secure } from '../../src/net/tls.ts';
import { wrongHost } from '../../src/net/tls-failure.ts';
import {
  authorityPath,
  type CertificateName,
  certificate,
  certificatePaths,
} from '../support/certificates.ts';

const never = new AbortController().signal;

interface TlsServer extends AsyncDisposable {
  readonly port: number;
  /** Octets that clients sent inside TLS. */
  readonly heard: () => number;
  /** Names that clients asked for. */
  readonly names: readonly (string | false | undefined)[];
}

async function tlsServer(name: CertificateName, options: ServerOptions = {}): Promise<TlsServer> {
  let heard = 0;
  const names: (string | false | undefined)[] = [];
  const server = createServer({ ...certificate(name), ...options }, (socket: TLSSocket) => {
    names.push(socket.servername ?? undefined);
    socket.write('welcome');
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.length;
    });
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => heard,
    names,
    [Symbol.asyncDispose]: () => closed(server),
  };
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

type Demands = Partial<SecuritySettings> & { readonly host?: string };

async function handshake(
  port: number,
  { host = 'localhost', ...more }: Demands = {},
): Promise<void> {
  const settings = { ca: authorityPath(), fingerprint: undefined, ...more };
  const security = await prepareSecurity(settings);
  const options = { host, port, timeout: 3000, signal: never, security };
  const socket = await connect({ ...options, host: '127.0.0.1' });
  const secured = await secure(socket, options);
  await once(secured, 'data');
  secured.destroy();
  await once(secured, 'close');
}

async function failure(attempt: Promise<unknown>): Promise<Failure> {
  const [outcome] = await Promise.allSettled([attempt]);
  assert.ok(outcome.status === 'rejected', 'it has to fail');
  assert.ok(outcome.reason instanceof Failure, String(outcome.reason));
  return outcome.reason;
}

function fingerprintOf(name: CertificateName): string {
  return createHash('sha256')
    .update(new X509Certificate(certificate(name).cert).raw)
    .digest('hex');
}

test('a certificate for the host from a trusted authority is accepted, by name and by address', async () => {
  await using server = await tlsServer('server');
  await handshake(server.port);
  await handshake(server.port, { host: '127.0.0.1' });
  assert.deepEqual(server.names, ['localhost', false], 'addresses are not sent as names');
});

const refused: readonly (readonly [string, CertificateName, Demands, RegExp])[] = [
  ['for another host', 'other', {}, /another host/],
  ['for another address', 'other', { host: '127.0.0.1' }, /another host/],
  ['expired', 'expired', {}, /has expired \(Feb {2}1 00:00:00 2020 GMT\)/],
  ['not yet valid', 'early', {}, /not valid yet \(Jan {2}1 00:00:00 2100 GMT\)/],
  ['self-signed', 'self', {}, /self-signed/],
  [
    'from an unknown authority',
    'server',
    { ca: undefined },
    /unknown authority \(popfetch test authority\)/,
  ],
  ['for clients only', 'client', {}, /not a server certificate/],
];
for (const [title, name, more, reason] of refused) {
  test(`a certificate is refused that is ${title}`, async () => {
    await using server = await tlsServer(name);
    const { code, facts } = await failure(handshake(server.port, more));
    assert.equal(code, 'tls_verify');
    assert.match(facts.reason ?? '', reason);
    assert.equal(facts.port, server.port);
    assert.equal(server.heard(), 0);
  });
}

test('a certificate for another host tells which hosts it is for', async () => {
  await using server = await tlsServer('other');
  const { facts } = await failure(handshake(server.port));
  assert.deepEqual(facts.certificateNames, ['mail.hoster.example', '*.hoster.example']);
});

test('a pinned certificate needs no authority and no name', async () => {
  for (const name of ['self', 'expired', 'other'] as const) {
    await using server = await tlsServer(name);
    const fingerprint = fingerprintOf(name);
    await handshake(server.port, { fingerprint, ca: undefined });
    const colons = fingerprint.toUpperCase().replace(/..(?=.)/g, '$&:');
    await handshake(server.port, { fingerprint: colons });
  }
});

test('a good certificate that is not the pinned one is refused', async () => {
  await using server = await tlsServer('server');
  const { code, facts } = await failure(
    handshake(server.port, { fingerprint: fingerprintOf('self') }),
  );
  assert.equal(code, 'tls_verify');
  assert.ok(facts.hint?.includes(fingerprintOf('server')));
  assert.equal(server.heard(), 0);
});

test('a server that knows nothing newer than TLS 1.1 is refused', async () => {
  const old = {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  } as const;
  await using server = await tlsServer('server', old);
  const { code, facts } = await failure(handshake(server.port));
  assert.equal(code, 'tls_handshake');
  assert.match(facts.reason ?? '', /TLS 1\.1/);
});

test('what the environment trusts is trusted, and extra authorities beside it', async () => {
  await using server = await tlsServer('server');
  const system = { ca: undefined };
  await handshake(server.port, { ...system, authorities: { systemBundle: authorityPath() } });
  await handshake(server.port, { ...system, authorities: { extra: authorityPath() } });
  const other = { systemBundle: certificatePaths('self').certificate };
  const { code } = await failure(handshake(server.port, { ...system, authorities: other }));
  assert.equal(code, 'tls_verify');
  const missing = { systemBundle: '/no/such/bundle.pem' };
  const refusal = await failure(handshake(server.port, { ...system, authorities: missing }));
  assert.deepEqual([refusal.code, refusal.facts.path], ['config', '/no/such/bundle.pem']);
});

test('a server with TLS 1.2 is refused where 1.3 is demanded', async () => {
  await using server = await tlsServer('server', { maxVersion: 'TLSv1.2' });
  await handshake(server.port);
  const { code, facts } = await failure(handshake(server.port, { least: '1.3' }));
  assert.equal(code, 'tls_handshake');
  assert.match(facts.reason ?? '', /nothing newer than TLS 1\.2/);
});

test('a name with a wildcard for a part of a label fits no host', () => {
  const certificate = (subjectaltname: string): PeerCertificate =>
    // Only the names of a certificate are looked at.
    ({ subject: { CN: 'pop.example.org' }, subjectaltname }) as unknown as PeerCertificate;
  const where = { host: 'pop.example.org', port: 995 };
  for (const fitting of ['DNS:*.example.org', 'DNS:x.example.org, DNS:POP.example.org'])
    assert.equal(wrongHost(certificate(fitting), where), undefined, fitting);
  for (const other of [
    'DNS:p*.example.org',
    'DNS:*p.example.org',
    'DNS:*',
    'DNS:*.org',
    'DNS:*.*.org',
  ])
    assert.ok(wrongHost(certificate(other), where), other);
});

test('a file of authorities that cannot be read is a problem of the configuration', async () => {
  await using server = await tlsServer('server');
  const { code, facts } = await failure(handshake(server.port, { ca: '/no/such/ca.pem' }));
  assert.deepEqual([code, facts.path, facts.reason], ['config', '/no/such/ca.pem', 'no such file']);
});

test('a signal ends a handshake', async () => {
  await using server = await tlsServer('server');
  const controller = new AbortController();
  const socket = tcpConnect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const attempt = secure(socket, {
    host: 'localhost',
    port: server.port,
    security: await prepareSecurity({ ca: authorityPath(), fingerprint: undefined }),
    timeout: 3000,
    signal: controller.signal,
  });
  controller.abort();
  assert.equal((await failure(attempt)).code, 'interrupted');
  assert.ok(socket.destroyed);
});
