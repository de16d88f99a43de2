import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { SmtpSettings } from '../../../src/destination/smtp/smtp.ts';
import type { Failure } from '../../../src/errors.ts';
import { Secret } from '../../../src/util/secret.ts';
import { message, plain } from '../../contract/destination.ts';
import { smtpPlace } from './place.ts';

/** What the server does at a command: the reply; undefined says nothing. */
type Script = (command: string, line: string, socket: Socket) => string | undefined;

const usual: Readonly<Record<string, string>> = {
  EHLO: '250-here\r\n250-AUTH PLAIN\r\n250 PIPELINING',
  AUTH: '235 welcome',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 taken',
  RSET: '250 ok',
  QUIT: '221 bye',
};
const login: Partial<SmtpSettings> = {
  login: { user: 'joe', password: async () => new Secret('secret') },
};

for (const command of ['EHLO', 'AUTH', 'MAIL', 'DATA', '.'])
  test(`a mail server that says nothing to ${command} is left when waiting must end`, async () => {
    const stop = new AbortController();
    await using server = await scripted((given) => {
      if (given !== command) return usual[given];
      setImmediate(() => stop.abort());
      return undefined;
    });
    const [failure] = await handOver(server.address, ['one'], { ...login }, stop.signal);
    assert.equal(failure?.code, 'interrupted');
  });

for (const command of ['EHLO', 'AUTH', 'MAIL', 'DATA', '.'])
  test(`a mail server that drops the line at ${command} costs no message`, async () => {
    await using server = await scripted((given, _line, socket) => {
      if (given === command) socket.destroy();
      return usual[given];
    });
    const failures = await handOver(server.address, ['one', 'two'], { ...login });
    assert.deepEqual(
      failures.map((failure) => failure?.code),
      ['connect', 'connect'],
    );
  });

test('a message at which the mail server drops the line does not keep the others from it', async () => {
  await using server = await scripted((given, line, socket) => {
    if (line.includes('bad@')) socket.destroy();
    return usual[given];
  });
  const texts = ['one', 'From: bad@x.example\r\n\r\n', 'three'];
  const failures = await handOver(server.address, texts);
  assert.deepEqual(
    failures.map((failure) => failure?.code),
    [undefined, 'connect', undefined],
  );
  assert.equal(server.connections(), 2);
});

test('a mail server that always drops the line is not asked again and again', async () => {
  await using server = await scripted((given, _line, socket) => {
    if (given === 'MAIL') socket.destroy();
    return usual[given];
  });
  await handOver(server.address, ['one', 'two', 'three', 'four']);
  assert.equal(server.connections(), 2);
});

for (const reply of ['450 slow down', '554 not from there'])
  test(`a mail server that closes the line with its refusal (${reply}) gets the next message on another one`, async () => {
    await using server = await scripted((given, line, socket) => {
      if (given === 'EHLO') return '250 here';
      if (given !== 'MAIL' || !line.includes('bad@')) return usual[given];
      socket.end(`${reply}\r\n`);
      return undefined;
    });
    const texts = ['From: bad@x.example\r\n\r\n', 'From: good@x.example\r\n\r\n'];
    const [refused, taken] = await handOver(server.address, texts);
    assert.equal(refused?.facts.serverSaid, reply);
    assert.equal(taken, undefined);
    assert.equal(server.connections(), 2);
  });

/** Speaks SMTP as far as the script says. */
async function scripted(script: Script) {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.write('220 here\r\n');
    let inContent = false;
    createInterface(socket).on('line', (line) => {
      if (inContent && line !== '.') return;
      const [command = ''] = line.split(' ');
      inContent = command === 'DATA';
      const reply = script(command, line, socket);
      if (reply !== undefined && socket.writable) socket.write(`${reply}\r\n`);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    address: { host: '127.0.0.1', port },
    connections: () => sockets.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

async function handOver(
  address: SmtpSettings['address'],
  texts: readonly string[],
  settings: Partial<SmtpSettings> = {},
  signal?: AbortSignal,
): Promise<readonly (Failure | undefined)[]> {
  await using place = await smtpPlace({ protocol: 'smtp' });
  const destination = place.destination({ ...settings, address }, signal);
  await destination.prepare();
  const batch = await Promise.all(
    texts.map((text, at) => destination.accept(message(`uid${at}`, text), plain)),
  );
  await destination.secure(batch);
  const failed = await destination.commit(batch);
  return batch.map((delivery) => failed.find((failure) => failure.delivery === delivery)?.failure);
}
