import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { httpsText } from '../../src/init/https-text.ts';
import { authorityPath, type CertificateName, certificate } from '../support/certificates.ts';

async function served(listener: RequestListener, name: CertificateName = 'server') {
  const server = createServer(certificate(name), listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: (path: string) => `https://localhost:${port}${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function text(url: string, announced: string[] = [], signal = new AbortController().signal) {
  return httpsText({
    url,
    most: 1000,
    authorities: [readFileSync(authorityPath())],
    signal,
    announce: (next) => announced.push(next),
  });
}

test('a page is what the server answers', async () => {
  await using web = await served((_, response) => response.end('hello'));
  assert.equal(await text(web.url('/')), 'hello');
});

test('a page that is not there is none, nor is one that is too long', async () => {
  await using web = await served((request, response) => {
    if (request.url === '/long') response.end('x'.repeat(2000));
    else response.writeHead(404).end('no');
  });
  assert.equal(await text(web.url('/')), undefined);
  assert.equal(await text(web.url('/long')), undefined);
});

test('where an address leads to another, that one is announced; never to one without TLS', async () => {
  await using web = await served((request, response) => {
    if (request.url === '/there') response.end('here');
    else if (request.url === '/plain')
      response.writeHead(302, { location: 'http://127.0.0.1/' }).end();
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else response.writeHead(301, { location: '/there' }).end();
  });
  const announced: string[] = [];
  assert.equal(await text(web.url('/'), announced), 'here');
  assert.deepEqual(announced, [web.url('/there')]);
  assert.equal(await text(web.url('/plain')), undefined);
  assert.equal(await text(web.url('/loop')), undefined);
});

test('a certificate that nobody vouches for makes it none, and so does the end of patience', async () => {
  await using self = await served((_, response) => response.end('hello'), 'self');
  assert.equal(await text(self.url('/')), undefined);
  await using silent = await served(() => undefined);
  assert.equal(await text(silent.url('/'), [], AbortSignal.timeout(100)), undefined);
});
