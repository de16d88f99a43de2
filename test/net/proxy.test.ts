import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket, connect as tcpConnect } from 'node:net';
import { test } from 'node:test';
import { Failure } from '../../src/errors.ts';
import { connectThrough, type SocksProxy } from '../../src/net/proxy.ts';
import { Secret } from '../../src/util/secret.ts';
import { failureOf, openSession, password } from '../source/pop3/support.ts';
import { startMaildropServer } from '../support/maildrop-server.ts';

const never = new AbortController().signal;

interface TestProxy extends AsyncDisposable {
  readonly proxy: SocksProxy;
  /** Hosts that it was asked for. */
  readonly asked: readonly string[];
  /** `user:password` as given. */
  readonly logins: readonly string[];
}

interface ProxyOptions {
  readonly login?: string;
  /** Reply code of RFC 1928 §6. */
  readonly refuses?: number;
  readonly silent?: boolean;
  /** Does this with a client in place of serving it. */
  readonly instead?: (socket: Socket) => void;
}

/** A SOCKS5 proxy that connects everybody to 127.0.0.1. Each message of a client comes in one segment here. */
async function socksServer(options: ProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (options.instead !== undefined) options.instead(socket);
    else if (options.silent !== true) void serve(socket, options, asked, logins);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    proxy: { host: '127.0.0.1', port, resolves: 'there' },
    asked,
    logins,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

async function serve(
  socket: Socket,
  { login, refuses = 0 }: ProxyOptions,
  asked: string[],
  logins: string[],
): Promise<void> {
  const next = async (): Promise<Buffer> => ((await once(socket, 'data')) as [Buffer])[0];
  const method = login === undefined ? 0 : 2;
  const offered = (await next()).subarray(2);
  socket.write(Buffer.from([5, offered.includes(method) ? method : 0xff]));
  if (!offered.includes(method)) return;
  if (login !== undefined) {
    const message = await next();
    const user = message.subarray(2, 2 + (message[1] ?? 0)).toString();
    const secret = message.subarray(3 + user.length).toString();
    logins.push(`${user}:${secret}`);
    socket.write(Buffer.from([1, login === `${user}:${secret}` ? 0 : 1]));
    if (login !== `${user}:${secret}`) return;
  }
  const request = await next();
  const isName = request[3] === 3;
  const host = isName
    ? request.subarray(5, 5 + (request[4] ?? 0)).toString()
    : [...request.subarray(4, request.length - 2)].join('.');
  asked.push(host);
  const answer = Buffer.from([5, refuses, 0, 1, 127, 0, 0, 1, 0, 80]);
  if (refuses !== 0) {
    socket.end(answer);
    return;
  }
  const far = tcpConnect(request.readUInt16BE(request.length - 2), '127.0.0.1');
  far.on('error', () => socket.destroy());
  // The server's greeting in the same segment as our answer: nothing of it may be lost.
  const greeting = ((await once(far, 'data')) as [Buffer])[0];
  socket.write(Buffer.concat([answer, greeting]));
  socket.pipe(far).pipe(socket);
}

test('a session goes through a proxy, which looks up the name', async () => {
  await using server = await startMaildropServer({ messages: [{ uid: 'a', content: 'x\r\n' }] });
  await using through = await socksServer();
  const settings = { proxy: through.proxy, host: 'pop.example.org', insecure: true };
  await using session = await openSession(server, settings);
  assert.equal((await session.list()).count, 1);
  assert.deepEqual(through.asked, ['pop.example.org']);
});

test('with socks5 the name is looked up here', async () => {
  await using server = await startMaildropServer();
  await using through = await socksServer();
  const proxy = { ...through.proxy, resolves: 'here' } as const;
  await using _ = await openSession(server, { proxy, host: '127.0.0.1', insecure: true });
  assert.deepEqual(through.asked, ['127.0.0.1']);
});

test('TLS goes through a proxy, and is with the server and not with the proxy', async () => {
  await using server = await startMaildropServer({ tls: 'starttls' });
  await using through = await socksServer();
  const settings = { proxy: through.proxy, host: 'localhost', tls: 'starttls' } as const;
  await using _ = await openSession(server, settings);
  const { code } = await failureOf(openSession(server, { ...settings, host: 'pop.example.org' }));
  assert.equal(code, 'tls_verify');
});

test('a proxy is logged in to', async () => {
  await using server = await startMaildropServer();
  await using through = await socksServer({ login: 'joe:s3cret' });
  const login = { user: 'joe', password: new Secret('s3cret') };
  const settings = { proxy: { ...through.proxy, login }, insecure: true };
  await using _ = await openSession(server, settings);
  assert.deepEqual(through.logins, ['joe:s3cret']);
});

test('no password goes in the clear behind a proxy, even one on this computer', async () => {
  await using server = await startMaildropServer();
  await using through = await socksServer();
  const { code } = await failureOf(openSession(server, { proxy: through.proxy }));
  assert.equal(code, 'auth_method');
  assert.ok(!server.sessions.some(({ clear }) => clear.includes(password)));
});

const onData = (act: (socket: Socket) => unknown) => (socket: Socket) => {
  socket.once('data', () => act(socket));
};

const troubles: readonly (readonly [string, ProxyOptions, RegExp])[] = [
  ['may not', { refuses: 2 }, /not allowed/],
  ['is refused', { refuses: 5 }, /connection refused/],
  ['finds no way', { refuses: 4 }, /no route to host/],
  ['wants a login', { login: 'joe:other' }, /wants user and password/],
  ['is silent', { silent: true }, /connection timed out/],
  ['closes at once', { instead: (socket) => socket.end() }, /it closed the connection/],
  ['closes when it is spoken to', { instead: onData((socket) => socket.end()) }, /it closed/],
  ['resets', { instead: onData((socket) => socket.resetAndDestroy()) }, /connection reset/],
  [
    'speaks HTTP',
    { instead: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n') },
    /it does not speak SOCKS5/,
  ],
  [
    'answers by half',
    { instead: onData((socket) => socket.write(Buffer.from([5, 0]))) },
    /connection timed out/,
  ],
];
for (const [title, options, reason] of troubles) {
  test(`a proxy that ${title} is told from a server that does`, async () => {
    await using through = await socksServer(options);
    const { proxy } = through;
    const failure = await failureOf(
      connectThrough(proxy, { host: 'pop.example.org', port: 995, timeout: 300, signal: never }),
    );
    assert.deepEqual([failure.code, failure.facts.host], ['connect', 'pop.example.org']);
    assert.match(failure.facts.reason ?? '', reason);
    assert.ok(failure.facts.reason?.startsWith(`proxy 127.0.0.1:${proxy.port}: `));
  });
}

test('a proxy that cannot be reached is told from the server behind it', async () => {
  const options = { host: 'pop.example.org', port: 995, timeout: 5000, signal: never };
  for (const [proxy, reason] of [
    [{ host: '127.0.0.1', port: 1 }, 'proxy 127.0.0.1:1: connection refused'],
    [
      { host: 'no-such-proxy.invalid', port: 1080 },
      'proxy no-such-proxy.invalid:1080: no such host',
    ],
  ] as const) {
    const failure = await failureOf(connectThrough({ ...proxy, resolves: 'there' }, options));
    assert.deepEqual([failure.code, failure.facts.reason], ['connect', reason]);
  }
});

test('a refused login to a proxy does not show the password, in no cause either', async () => {
  await using through = await socksServer({ login: 'joe:right' });
  const login = { user: 'joe', password: new Secret('wr0ng-secret') };
  const options = { host: 'pop.example.org', port: 995, timeout: 1000, signal: never };
  const failure = await failureOf(connectThrough({ ...through.proxy, login }, options));
  assert.match(failure.facts.reason ?? '', /refuses user and password/);
  assert.equal(failure.cause, undefined);
});

test('a signal ends the wait for a proxy', async () => {
  await using through = await socksServer({ silent: true });
  const controller = new AbortController();
  const options = { host: 'pop.example.org', port: 995, timeout: 5000, signal: controller.signal };
  const attempt = connectThrough(through.proxy, options);
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(
    attempt,
    (error) => error instanceof Failure && error.code === 'interrupted',
  );
});
