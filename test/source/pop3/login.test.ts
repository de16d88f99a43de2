import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../../src/util/secret.ts';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import { type Step, startScriptedServer } from '../../support/scripted-server.ts';
import { codeOf, failureOf, openSession, password } from './support.ts';

const plainPassword = Buffer.from(`\0joe\0${password}`).toString('base64');

/** A server in the clear on loopback with these capabilities. */
function loginServer(capabilities: string, ...login: readonly Step[]) {
  return startScriptedServer([
    { send: '+OK ready\r\n' },
    { expect: 'CAPA' },
    { send: capabilities === '' ? '-ERR\r\n' : `+OK\r\n${capabilities}\r\n.\r\n` },
    ...login,
    { stall: true },
  ]);
}

test('where SASL PLAIN is offered it takes one command', async () => {
  await using server = await loginServer(
    'SASL CRAM-MD5 plain\r\nUSER',
    { expect: `AUTH PLAIN ${plainPassword}` },
    { send: '+OK\r\n' },
  );
  await using _ = await openSession(server);
  assert.deepEqual(server.surprises, []);
});

test('elsewhere USER and PASS, each waiting for its answer', async () => {
  await using server = await startMaildropServer({ capabilities: ['PIPELINING', 'UIDL'] });
  await using _ = await openSession(server);
  assert.deepEqual(server.sessions[0]?.commands, ['CAPA', 'USER joe', `PASS ${password}`]);
  assert.deepEqual(server.sessions[0]?.segments, [1, 1, 1], 'nothing is pipelined with a login');
});

test('a server without CAPA is logged in to', async () => {
  await using server = await startMaildropServer({ capabilities: [] });
  await using session = await openSession(server);
  assert.equal((await session.list()).count, 0);
});

test('a credential too long for one line waits for the prompt', async () => {
  const long = 'p'.repeat(200);
  const base64 = Buffer.from(`\0joe\0${long}`).toString('base64');
  await using server = await loginServer(
    'SASL PLAIN',
    { expect: 'AUTH PLAIN' },
    { send: '+ \r\n' },
    { expect: base64 },
    { send: '+OK\r\n' },
  );
  await using _ = await openSession(server, { password: () => Promise.resolve(new Secret(long)) });
  assert.deepEqual(server.surprises, []);
});

for (const [length, expected] of [
  [175, `AUTH PLAIN ${'?'.repeat(240)}`],
  [176, 'AUTH PLAIN'],
] as const) {
  test(`a line with an initial response has 255 octets at most: password of ${length}`, async () => {
    const long = 'p'.repeat(length);
    await using server = await startMaildropServer({ password: long });
    await using _ = await openSession(server, {
      password: () => Promise.resolve(new Secret(long)),
    });
    assert.equal(server.sessions[0]?.commands[1]?.length, expected.length);
  });
}

test('a server that ignores the initial response gets it when it prompts, once', async () => {
  await using server = await loginServer(
    'SASL PLAIN',
    { expect: `AUTH PLAIN ${plainPassword}` },
    { send: '+ \r\n' },
    { expect: plainPassword },
    { send: '+ bW9yZQ==\r\n' },
    { expect: '*' },
    { send: '-ERR cancelled\r\n' },
  );
  assert.equal(await codeOf(openSession(server)), 'auth');
  assert.deepEqual(server.surprises, []);
});

const refusals: readonly (readonly [string, string])[] = [
  ['-ERR [AUTH] wrong password', 'auth'],
  ['-ERR wrong password', 'auth'],
  ['-ERR bad syntax', 'auth'],
  ['-ERR [IN-USE] maildrop is locked', 'in_use'],
  ['-ERR [in-use] maildrop is locked', 'in_use'],
  ['-ERR [LOGIN-DELAY] too soon', 'login_delay'],
  ['-ERR [SYS/TEMP] later', 'sys_temp'],
  ['-ERR [SYS/PERM] never', 'sys_perm'],
];
for (const [line, code] of refusals) {
  test(`a refused login ends the attempt, no second is made: ${line}`, async () => {
    for (const capability of ['SASL PLAIN\r\nUSER', 'USER']) {
      await using server = await loginServer(
        capability,
        ...(capability === 'USER' ? [{ expect: 'USER joe' }, { send: '+OK\r\n' }] : []),
        { expect: /^(AUTH PLAIN|PASS) / },
        { send: `${line}\r\n` },
        { expect: 'nothing more' },
      );
      const failure = await failureOf(openSession(server));
      assert.equal(failure.code, code);
      assert.equal(failure.facts.serverSaid, line);
      const { host, port } = server;
      assert.deepEqual(failure.facts, { host, port, phase: 'auth', serverSaid: line });
      assert.deepEqual(server.surprises, []);
    }
  });
}

test('a login name that is refused is not followed by the password', async () => {
  await using server = await loginServer('USER', { expect: 'USER joe' }, { send: '-ERR who?\r\n' });
  assert.equal(await codeOf(openSession(server)), 'auth');
  assert.ok(!server.clear.includes(password));
});

test('a line that closes instead of answering the password is a lost connection', async () => {
  await using server = await loginServer(
    'USER',
    { expect: 'USER joe' },
    { send: '+OK\r\n' },
    { expect: /^PASS/ },
    { cut: 'fin' },
  );
  assert.equal(await codeOf(openSession(server)), 'connection_lost');
});

const greetings: readonly (readonly [string, string])[] = [
  ['-ERR go away', 'sys_temp'],
  ['-ERR [SYS/TEMP] overloaded', 'sys_temp'],
  ['-ERR [SYS/PERM] closed', 'sys_perm'],
  ['-ERR [IN-USE] busy', 'in_use'],
  ['220 smtp.example ESMTP', 'protocol'],
];
for (const [line, code] of greetings) {
  test(`a greeting of "${line}" ends the session`, async () => {
    await using server = await startScriptedServer([{ send: `${line}\r\n` }, { stall: true }]);
    const failure = await failureOf(openSession(server));
    assert.deepEqual([failure.code, failure.facts.phase], [code, 'greeting']);
    assert.equal(failure.facts.serverSaid, line);
    assert.equal(server.clear, '');
  });
}

for (const bad of ['two\r\nlines', 'nul\0', 'line\nfeed']) {
  test(`a credential that would be a second command is not sent: ${JSON.stringify(bad)}`, async () => {
    for (const capabilities of [['USER'], ['SASL PLAIN']]) {
      await using server = await startMaildropServer({ capabilities });
      const inPassword = openSession(server, { password: () => Promise.resolve(new Secret(bad)) });
      assert.equal(await codeOf(inPassword), 'config');
      assert.equal(await codeOf(openSession(server, { user: bad })), 'config');
      assert.deepEqual(
        server.sessions.flatMap(({ commands }) => commands),
        ['CAPA', 'CAPA'],
      );
    }
  });
}

test('beyond ASCII a password goes through SASL, or where the server says that it takes it', async () => {
  const odd = 'pä ßwörd €';
  const settings = { password: () => Promise.resolve(new Secret(odd)) };
  for (const capabilities of [['SASL PLAIN'], ['USER', 'UTF8 USER']]) {
    await using server = await startMaildropServer({ capabilities, password: odd });
    await using _ = await openSession(server, settings);
  }
  await using server = await startMaildropServer({ capabilities: ['USER'], password: odd });
  const failure = await failureOf(openSession(server, settings));
  assert.equal(failure.code, 'auth_method');
  assert.match(failure.facts.reason ?? '', /beyond ASCII/);
  assert.deepEqual(server.sessions[0]?.commands, ['CAPA']);
  // Who names the method knows that it works.
  await using _ = await openSession(server, { ...settings, auth: 'user' });
});

for (const odd of [' leading and trailing ', 'p'.repeat(10_000), '"quoted" \\ %s']) {
  test(`a strange password arrives as it is: ${odd.slice(0, 25)}`, async () => {
    for (const capabilities of [['USER'], ['SASL PLAIN']]) {
      await using server = await startMaildropServer({ capabilities, password: odd });
      await using _ = await openSession(server, {
        password: () => Promise.resolve(new Secret(odd)),
      });
    }
  });
}

test('a password that cannot be had means that the server is not contacted', async () => {
  await using server = await startMaildropServer();
  const broken = openSession(server, { password: () => Promise.reject(new Error('no pinentry')) });
  await assert.rejects(broken, /no pinentry/);
  assert.equal(server.sessions.length, 0);
});
