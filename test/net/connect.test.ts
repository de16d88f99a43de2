import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { connect } from '../../src/net/connect.ts';
import { isNameError, reasonOf } from '../../src/net/reason.ts';
import { isLoopbackAddress } from '../../src/util/loopback.ts';

const never = new AbortController().signal;

async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

test('a refused connection is named as such', async () => {
  const port = await closedPort();
  for (const host of ['127.0.0.1', 'localhost']) {
    const attempt = connect({ host, port, timeout: 2000, signal: never });
    await assert.rejects(attempt, (error) => {
      assert.ok(error instanceof Failure && error.code === 'connect');
      assert.equal(error.facts.reason?.split('; ')[0], 'connection refused');
      assert.deepEqual([error.facts.host, error.facts.port], [host, port]);
      return true;
    });
  }
});

test('each address of a name is tried, whichever the server listens on', async () => {
  for (const address of ['127.0.0.1', '::1']) {
    const listener = createServer((socket) => socket.on('error', () => {})).listen(0, address);
    const [listens] = await Promise.race([
      once(listener, 'listening').then(() => [true]),
      once(listener, 'error').then(() => [false]),
    ]);
    if (listens !== true) continue; // no IPv6 here
    const { port } = listener.address() as AddressInfo;
    const attempt = connect({ host: 'localhost', port, timeout: 5000, signal: never });
    // Not every system has both addresses for this name.
    const socket = await attempt.catch(() => undefined);
    assert.ok(socket !== undefined || address === '::1');
    socket?.destroy();
    listener.close();
  }
});

test('a connection comes from the address that was said', async () => {
  const listener = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const options = { host: 'localhost', port, timeout: 5000, signal: never };
  const socket = await connect({ ...options, bind: '127.0.0.3' });
  assert.equal(socket.localAddress, '127.0.0.3');
  socket.destroy();
  const notOurs = connect({ ...options, bind: '192.0.2.1' });
  await assert.rejects(notOurs, (error) => {
    assert.ok(error instanceof Failure && error.code === 'connect');
    assert.match(error.facts.reason ?? '', / from 192\.0\.2\.1$/);
    return true;
  });
  listener.close();
});

test('a name that does not exist is a failure of the name', async () => {
  const attempt = connect({
    host: 'no-such-host.invalid',
    port: 995,
    timeout: 10_000,
    signal: never,
  });
  await assert.rejects(attempt, (error) => error instanceof Failure && error.code === 'dns');
});

test('a signal ends the attempt, before and while it lasts', async () => {
  const interrupted = (error: unknown): boolean =>
    error instanceof Failure && error.code === 'interrupted';
  const options = { host: '192.0.2.1', port: 995, timeout: 2000 };
  await assert.rejects(connect({ ...options, signal: AbortSignal.abort() }), interrupted);
  const controller = new AbortController();
  const attempt = connect({ ...options, host: 'localhost', signal: controller.signal });
  controller.abort();
  await assert.rejects(attempt, interrupted);
});

test('all addresses that failed have their reasons told, each once', () => {
  const error = (code: string): Error => Object.assign(new Error(code), { code });
  const errors = ['ECONNREFUSED', 'ENETUNREACH', 'ECONNREFUSED'].map(error);
  const together = new AggregateError(errors, 'all failed');
  assert.equal(reasonOf(together), 'connection refused; network is unreachable');
  assert.equal(reasonOf(error('EWHATEVER')), 'EWHATEVER');
  assert.ok(isNameError(error('EAI_AGAIN')) && isNameError(error('ENOTFOUND')));
  assert.ok(!isNameError(error('ECONNREFUSED')));
});

const addresses: readonly (readonly [string | undefined, boolean])[] = [
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::FFFF:127.0.0.1', true],
  ['10.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['127.0.0.1.example.org', false],
  ['localhost', false],
  ['::', false],
  [undefined, false],
];
for (const [address, expected] of addresses) {
  test(`${address} is ${expected ? 'a' : 'no'} loopback address`, () => {
    assert.equal(isLoopbackAddress(address), expected);
  });
}
