import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { reachMailServer } from '../../../src/destination/smtp/reach.ts';
import { Failure } from '../../../src/errors.ts';
import { startMailServer } from '../../support/mail-server.ts';

const never = new AbortController().signal;

function settingsFor(address: { readonly host: string; readonly port: number }) {
  const to = ['joe@example.org'];
  return { kind: 'lmtp', label: 'the mail server', address, to, tls: 'auto' } as const;
}

test('a mail server is reached and gets no message', async () => {
  await using server = await startMailServer({ protocol: 'lmtp' });
  const { address } = server;
  assert.ok('port' in address);
  await reachMailServer(settingsFor(address), { hostname: 'here', signal: never });
  assert.equal(server.connections(), 1);
  assert.deepEqual(server.received, []);
});

test('one that greets and says no more is waited for no longer than promised', async () => {
  await using server = await mute();
  const reached = reachMailServer(
    settingsFor(server.address),
    { hostname: 'here', signal: never },
    50,
  );
  await assert.rejects(reached, (thrown) => {
    assert.ok(thrown instanceof Failure);
    assert.deepEqual([thrown.code, thrown.facts.phase], ['deliver_temp', 'deliver']);
    return true;
  });
  await server.left;
});

test('whoever stops the program does not wait for it at all', async () => {
  await using server = await mute();
  const stop = new AbortController();
  const reached = reachMailServer(settingsFor(server.address), {
    hostname: 'here',
    signal: stop.signal,
  });
  await server.greeted;
  stop.abort();
  await assert.rejects(reached, { code: 'interrupted' });
  await server.left;
});

/** Greets, and never answers. */
async function mute() {
  const sockets: Socket[] = [];
  let [greet, leave] = [(): void => undefined, (): void => undefined];
  const greeted = new Promise<void>((resolve) => {
    greet = resolve;
  });
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const listener: Server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.on('close', leave).once('data', greet);
    socket.write('220 here\r\n');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    address: { host: '127.0.0.1', port },
    greeted,
    left,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
