import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { DemoServer, demoHost } from '../../src/demo/pop3-server.ts';

const mail = [
  'Subject: a\r\n\r\n.dot\r\n..two\r\n',
  'Subject: b\r\n\r\none\r\ntwo\r\nthree\r\n',
].map((text) => Buffer.from(text));

async function withServer(use: (server: DemoServer) => Promise<void>): Promise<void> {
  await using server = await DemoServer.start(0);
  server.arrive(mail);
  await use(server);
}

/** Sends these commands in one segment and returns all that came until the server hung up. */
async function dialogue({ port }: DemoServer, ...commands: string[]): Promise<string> {
  const socket: Socket = connect(port, demoHost).setEncoding('latin1');
  let received = '';
  socket.on('data', (text: string) => {
    received += text;
  });
  socket.write(commands.map((command) => `${command}\r\n`).join(''));
  await once(socket, 'end', soon());
  socket.destroy();
  return received;
}

/** A server that never hangs up fails the test instead of stopping it. */
function soon() {
  return { signal: AbortSignal.timeout(5000) };
}

const logIn = ['USER demo', 'PASS demo'];
/** What comes before and after the replies in question. */
const around = /^\+OK [^\n]*\n\+OK [^\n]*\n\+OK 2 messages\r\n(.*)\+OK good-bye\r\n$/s;

async function replies(server: DemoServer, ...commands: string[]): Promise<string> {
  const all = await dialogue(server, ...logIn, ...commands, 'QUIT');
  const between = around.exec(all)?.[1];
  assert.ok(between !== undefined, all);
  return between;
}

const answers: readonly [command: string, reply: string][] = [
  ['STAT', `+OK 2 ${mail.join('').length}\r\n`],
  ['LIST', `+OK 2 messages\r\n1 ${mail[0]?.length}\r\n2 ${mail[1]?.length}\r\n.\r\n`],
  ['LIST 2', `+OK 2 ${mail[1]?.length}\r\n`],
  ['UIDL', '+OK 2 messages\r\n1 demo-1\r\n2 demo-2\r\n.\r\n'],
  ['uidl 1', '+OK 1 demo-1\r\n'],
  ['RETR 1', '+OK 27 octets\r\nSubject: a\r\n\r\n..dot\r\n...two\r\n.\r\n'],
  ['RETR 3', '-ERR no such message\r\n'],
  ['RETR 01', '-ERR no such message\r\n'],
  ['TOP 2 1', '+OK \r\nSubject: b\r\n\r\none\r\n.\r\n'],
  ['TOP 2 0', '+OK \r\nSubject: b\r\n\r\n.\r\n'],
  ['NOOP', '+OK still here\r\n'],
  ['FETCH', '-ERR not known, or not now\r\n'],
  ['USER demo', '-ERR not known, or not now\r\n'],
];
for (const [command, reply] of answers)
  test(`${command} is answered`, () =>
    withServer(async (server) => assert.equal(await replies(server, command), reply)));

test('CAPA lists what the server can do before a login', () =>
  withServer(async (server) => {
    const told = await dialogue(server, 'CAPA', 'QUIT');
    assert.match(told, /\r\nUIDL\r\nTOP\r\nPIPELINING\r\n/);
  }));

test('a message is deleted at QUIT', () =>
  withServer(async (server) => {
    const told = await replies(server, 'DELE 1', 'RETR 1', 'STAT');
    assert.equal(
      told,
      `+OK will be deleted\r\n-ERR no such message\r\n+OK 1 ${mail[1]?.length}\r\n`,
    );
    assert.deepEqual(
      server.messages.map(({ uid }) => uid),
      ['demo-2'],
    );
  }));

test('a deletion taken back by RSET, or without QUIT, never happens', () =>
  withServer(async (server) => {
    await replies(server, 'DELE 1', 'RSET');
    server.cutRetrieval(1);
    await dialogue(server, ...logIn, 'DELE 1', 'RETR 2');
    assert.equal(server.messages.length, 2);
  }));

test('the connection breaks in the middle of the message it is told to, once', () =>
  withServer(async (server) => {
    server.cutRetrieval(2);
    const told = await dialogue(server, ...logIn, 'RETR 1', 'RETR 2', 'QUIT');
    assert.match(told, /two\r\n\.\r\n\+OK 31 octets\r\nSub[^.]*$/);
    assert.match(await replies(server, 'RETR 1', 'RETR 2'), /three\r\n\.\r\n$/);
    assert.equal(server.retrievals, 4);
  }));

const plain = Buffer.from('\0demo\0demo').toString('base64');
const logins: readonly [name: string, commands: readonly string[], accepted: boolean][] = [
  ['USER and PASS', logIn, true],
  ['AUTH PLAIN with initial response', [`AUTH PLAIN ${plain}`], true],
  ['AUTH PLAIN in two steps', ['AUTH PLAIN', plain], true],
  ['a wrong password', ['USER demo', 'PASS secret'], false],
  ['a wrong PLAIN response', ['AUTH PLAIN', '*'], false],
  ['another mechanism', ['AUTH CRAM-MD5'], false],
];
for (const [name, commands, accepted] of logins)
  test(`${name} is ${accepted ? 'accepted' : 'refused'}`, () =>
    withServer(async (server) => {
      const told = await dialogue(server, ...commands, 'STAT', 'QUIT');
      assert.equal(/\+OK 2 \d+\r\n\+OK good-bye/.test(told), accepted, told);
      assert.equal(told.includes('-ERR'), !accepted, told);
    }));

test('new mail shows in the next session', () =>
  withServer(async (server) => {
    server.arrive([Buffer.from('c\r\n')]);
    assert.match(await dialogue(server, ...logIn, 'UIDL 3', 'QUIT'), /\+OK 3 demo-3\r\n/);
  }));

test('a line without end is cut off', () =>
  withServer(async (server) => {
    const socket = connect(server.port, demoHost);
    socket.on('error', () => undefined).resume();
    socket.write('x'.repeat(10_000));
    await once(socket, 'close', soon());
  }));

test('a port that is taken is refused with its reason', async () => {
  const other = createServer().listen(0, demoHost);
  await once(other, 'listening');
  const address = other.address();
  assert.ok(typeof address === 'object' && address !== null);
  await assert.rejects(DemoServer.start(address.port), { code: 'EADDRINUSE' });
  other.close();
});
