import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import type { WayThere } from '../../src/oauth/settings.ts';
import { exchange } from '../../src/oauth/transport.ts';
import { authorityPath, type CertificateName, certificate } from '../support/certificates.ts';

const message = { method: 'POST', headers: { accept: 'application/json' }, body: 'a=b' };

test('a server whose certificate the system trusts is spoken to by https', async () => {
  await using server = await startServer('server');
  const response = await exchange(`${server.url}/token?x=1`, message, way(), never);
  assert.deepEqual(
    [response.status, await response.text()],
    [200, `POST /token?x=1 ${server.host} a=b`],
  );
});

test('a server that is somebody else, or that nobody vouches for, hears nothing', async () => {
  for (const name of ['other', 'self', 'expired'] as const) {
    await using server = await startServer(name);
    await assert.rejects(exchange(server.url, message, way(), never), isFailure('tls_verify'));
    assert.equal(server.heard(), 0);
  }
});

test('the proxy of the account is gone through, or nothing is sent', async () => {
  await using server = await startServer('server');
  const proxy = { host: '127.0.0.1', port: 1, resolves: 'there' } as const;
  const asked = exchange(server.url, message, { ...way(), proxy }, never);
  await assert.rejects(asked, (thrown) => {
    assert.ok(thrown instanceof Failure);
    assert.match(thrown.message, /proxy 127\.0\.0\.1:1/);
    return true;
  });
  assert.equal(server.heard(), 0);
});

const never = new AbortController().signal;

function way(): WayThere {
  const security = {
    ca: undefined,
    fingerprint: undefined,
    authorities: { systemBundle: authorityPath() },
  };
  return { timeout: 5000, proxy: undefined, bind: undefined, security };
}

async function startServer(name: CertificateName) {
  let heard = 0;
  const server = createServer(certificate(name), (request, answer) => {
    heard++;
    const { method, url, headers } = request;
    void text(request).then((body) => answer.end(`${method} ${url} ${headers.host} ${body}`));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const host = `localhost:${address.port}`;
  return {
    url: `https://${host}`,
    host,
    heard: () => heard,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function isFailure(code: Failure['code']): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof Failure && thrown.code === code;
}
