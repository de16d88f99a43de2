import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { type Address, addressesOf } from '../../src/net/addresses.ts';
import { connect } from '../../src/net/connect.ts';
import { openBlackHole } from '../support/black-hole.ts';

const never = new AbortController().signal;
const named = { host: 'pop.example.org', port: 995, timeout: 5000, signal: never };

function resolvesTo(...addresses: readonly string[]): () => Promise<readonly Address[]> {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return () => Promise.resolve(found);
}

/** Listens there; undefined where the port is taken or the address is none of ours. */
async function listen(host: string, port: number) {
  const server = createServer((socket) => socket.on('error', () => {}).end()).listen(port, host);
  const heard = await Promise.race([once(server, 'listening'), once(server, 'error')]);
  if (heard.length > 0) return undefined;
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

test('the addresses of a name are tried by turns, the family first that the system has first', async () => {
  const resolve = resolvesTo('2001:db8::1', '2001:db8::2', '192.0.2.1', '2001:db8::3');
  assert.deepEqual(await addressesOf({ ...named, resolve }), [
    '2001:db8::1',
    '192.0.2.1',
    '2001:db8::2',
    '2001:db8::3',
  ]);
  assert.deepEqual(await addressesOf({ ...named, host: '::1', resolve }), ['::1']);
});

test('a name server that does not answer in time, or gives no address, is a failure of the name', async () => {
  const silent = (): Promise<never> => new Promise(() => {});
  for (const [resolve, reason] of [
    [silent, 'the name server does not answer'],
    [resolvesTo(), 'the host has no address'],
  ] as const) {
    const keepAlive = setTimeout(() => {}, 5000);
    await assert.rejects(connect({ ...named, timeout: 50, resolve }), (error) => {
      assert.ok(error instanceof Failure);
      assert.deepEqual([error.code, error.facts.reason], ['dns', reason]);
      return true;
    });
    clearTimeout(keepAlive);
  }
});

test('only addresses of the family that we connect from are asked for', async () => {
  const asked: number[] = [];
  const resolve = (_: string, family: number): Promise<readonly Address[]> => {
    asked.push(family);
    return resolvesTo('192.0.2.1')();
  };
  await addressesOf({ ...named, resolve });
  await addressesOf({ ...named, resolve, bind: '192.0.2.9' });
  await addressesOf({ ...named, resolve, bind: '2001:db8::9' });
  assert.deepEqual(asked, [0, 4, 6]);
});

test('a dead address costs no more than a moment: the living one beside it is taken', async (t) => {
  for (const [dead, living] of [
    ['::1', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.2'],
  ] as const) {
    await using hole = await openBlackHole(dead);
    if (hole === undefined) {
      t.diagnostic(`${dead} is no address of this computer`);
      continue;
    }
    await using server = await listen(living, hole.port);
    if (server === undefined) continue;
    const start = performance.now();
    const resolve = resolvesTo(dead, living);
    const socket = await connect({ ...named, port: hole.port, resolve });
    assert.equal(socket.remoteAddress, living);
    assert.ok(performance.now() - start < 2000);
    socket.destroy();
  }
});

test('where nothing answers the time-out ends it, and each address has its reason told', async () => {
  await using hole = await openBlackHole('127.0.0.1');
  assert.ok(hole !== undefined);
  const { port } = hole;
  for (const [addresses, reason] of [
    [['127.0.0.1'], 'connection timed out'],
    [['127.0.0.3', '127.0.0.1'], 'connection refused; connection timed out'],
  ] as const) {
    const attempt = connect({ ...named, port, timeout: 400, resolve: resolvesTo(...addresses) });
    await assert.rejects(attempt, (error) => {
      assert.ok(error instanceof Failure);
      assert.deepEqual([error.code, error.facts.reason], ['connect', reason]);
      return true;
    });
  }
});
