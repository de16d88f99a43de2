import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { ByteStream } from '../../src/net/stream.ts';

interface Pair extends AsyncDisposable {
  readonly stream: ByteStream;
  /** Our socket under the stream. */
  readonly near: Socket;
  /** The other side. */
  readonly far: Socket;
}

async function connected(signal = new AbortController().signal, timeout = 2000): Promise<Pair> {
  const listener = createServer({ noDelay: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const near = connect(port, '127.0.0.1');
  const [far] = await accepted;
  far.on('error', () => {});
  const stream = new ByteStream(near, { host: '127.0.0.1', port, timeout, signal });
  stream.phase = 'retr';
  return {
    stream,
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      stream[Symbol.dispose]();
      far.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

function failsWith(code: string) {
  return (error: unknown): boolean =>
    error instanceof Failure && error.code === code && error.facts.phase === 'retr';
}

test('what was sent comes out in order, and then the end', async () => {
  await using pair = await connected();
  pair.far.end('one two');
  const chunks: Uint8Array[] = [];
  for (
    let chunk = await pair.stream.read();
    chunk !== undefined;
    chunk = await pair.stream.read()
  ) {
    chunks.push(chunk);
  }
  assert.equal(Buffer.concat(chunks).toString(), 'one two');
  assert.equal(await pair.stream.read(), undefined, 'the end stays the end');
});

test('a reader that does not read stops the sender', async () => {
  await using pair = await connected();
  const total = 64 * 1024 * 1024;
  pair.far.write(Buffer.alloc(total));
  pair.far.end();
  while (!pair.near.isPaused()) await once(pair.near, 'data');
  assert.ok(pair.near.bytesRead < 1024 * 1024, `${pair.near.bytesRead} read ahead`);
  let octets = 0;
  for (
    let chunk = await pair.stream.read();
    chunk !== undefined;
    chunk = await pair.stream.read()
  ) {
    octets += chunk.length;
  }
  assert.equal(octets, total);
});

test('a read that waits too long fails, and all after it', async () => {
  await using pair = await connected(undefined, 50);
  await assert.rejects(pair.stream.read(), failsWith('timeout'));
  await assert.rejects(pair.stream.read(), failsWith('timeout'));
  assert.ok(pair.near.destroyed);
});

test('each read has the whole time-out for itself', async () => {
  await using pair = await connected(undefined, 150);
  for (let count = 0; count < 4; count++) {
    setTimeout(() => pair.far.write('x'), 80);
    assert.equal((await pair.stream.read())?.length, 1);
  }
});

test('time that nobody waits does not count', async () => {
  await using pair = await connected(undefined, 50);
  pair.far.write('x');
  await pair.stream.read();
  await new Promise((resolve) => setTimeout(resolve, 100));
  pair.far.write('y');
  assert.equal((await pair.stream.read())?.length, 1);
});

test('a reset loses the line, but not what came before it', async () => {
  await using pair = await connected();
  pair.far.write('last words');
  await once(pair.near, 'data');
  const closed = new Promise((resolve) => pair.near.on('close', resolve));
  pair.far.resetAndDestroy();
  await closed;
  assert.equal(Buffer.from((await pair.stream.read()) ?? []).toString(), 'last words');
  await assert.rejects(pair.stream.read(), failsWith('connection_lost'));
});

test('a signal ends a waiting read at once', async () => {
  const controller = new AbortController();
  await using pair = await connected(controller.signal);
  const read = pair.stream.read();
  controller.abort();
  await assert.rejects(read, failsWith('interrupted'));
});

test('after a signal nothing of what came is given out', async () => {
  const controller = new AbortController();
  await using pair = await connected(controller.signal);
  pair.far.write('x');
  await once(pair.near, 'data');
  controller.abort();
  assert.equal(pair.stream.take(), undefined);
  await assert.rejects(pair.stream.read(), failsWith('interrupted'));
});

test('a stream over a socket that is gone fails instead of waiting', async () => {
  await using pair = await connected();
  pair.near.destroy();
  await once(pair.near, 'close');
  const { signal } = new AbortController();
  const late = new ByteStream(pair.near, { host: 'h', port: 1, timeout: 5000, signal });
  await assert.rejects(
    late.read(),
    (error) => error instanceof Failure && error.code === 'connection_lost',
  );
});

test('a stream with something unread is not given away', async () => {
  await using pair = await connected();
  pair.far.write('x');
  await once(pair.near, 'data');
  assert.throws(
    () => pair.stream.release(),
    (error) => error instanceof Failure && error.code === 'tls_handshake',
  );
});

test('a disposed stream leaves nothing behind that keeps the program alive or listens', async () => {
  const controller = new AbortController();
  await using pair = await connected(controller.signal);
  const read = pair.stream.read();
  pair.stream[Symbol.dispose]();
  await assert.rejects(read, failsWith('connection_lost'));
  assert.equal(pair.near.listenerCount('data'), 0);
  controller.abort();
  await assert.rejects(pair.stream.read(), failsWith('connection_lost'));
});
