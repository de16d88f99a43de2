import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from '../../support/scripted-server.ts';
import { failureOf, openSession } from './support.ts';

/** A server that knows no CAPA and answers STAT, LIST and UIDL so, as often as asked. */
function listingServer(stat: string, list: string, uidl: string): Promise<ScriptedServer> {
  const survey: Step[] = [
    { expect: 'STAT' },
    { send: `${stat}\r\n` },
    { expect: 'LIST' },
    { send: list },
    { expect: 'UIDL' },
    { send: uidl },
  ];
  return startScriptedServer([
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: '-ERR\r\n' },
    { expect: 'USER joe' },
    { send: '+OK\r\n' },
    { expect: /^PASS / },
    { send: '+OK\r\n' },
    { expect: 'CAPA' },
    { send: '-ERR\r\n' },
    ...survey,
    ...survey,
    { stall: true },
  ]);
}

const incomplete: readonly (readonly [string, string, string, string])[] = [
  ['LIST has more', '+OK 2 2', '1 1\r\n2 1\r\n', '1 a\r\n'],
  ['LIST has more than STAT and UIDL', '+OK 1 1', '1 1\r\n2 1\r\n', '1 a\r\n'],
  ['UIDL has more', '+OK 1 1', '1 1\r\n', '1 a\r\n2 b\r\n'],
  ['STAT counts more', '+OK 2 2', '1 1\r\n', '1 a\r\n'],
  ['a UIDL line has no unique-id', '+OK 2 2', '1 1\r\n2 1\r\n', '1 a\r\n2\r\n'],
  ['a LIST line has no number', '+OK 1 1', '1 1\r\nx 1\r\n', '1 a\r\n'],
];
for (const [title, stat, list, uidl] of incomplete) {
  test(`a listing is incomplete when ${title}, and is asked for twice`, async () => {
    await using server = await listingServer(stat, `+OK\r\n${list}.\r\n`, `+OK\r\n${uidl}.\r\n`);
    await using session = await openSession(server);
    const { messages, complete } = await session.list();
    assert.deepEqual(
      messages.map(({ uid }) => uid),
      ['a'],
    );
    assert.equal(complete, false);
    assert.deepEqual(server.surprises, []);
    assert.equal(server.clear.split('UIDL').length - 1, 2);
  });
}

test('a complete listing is asked for once', async () => {
  await using server = await listingServer('+OK 1 5', '+OK\r\n1 5\r\n.\r\n', '+OK\r\n1 a\r\n.\r\n');
  await using session = await openSession(server);
  const listing = await session.list();
  assert.deepEqual(listing, {
    messages: [{ uid: 'a', number: 1, size: 5 }],
    count: 1,
    size: 5,
    complete: true,
  });
  assert.equal(server.clear.split('UIDL').length - 1, 1);
});

test('an empty maildrop may refuse to be listed', async () => {
  await using server = await listingServer(
    '+OK 0 0',
    '-ERR no messages\r\n',
    '-ERR no messages\r\n',
  );
  await using session = await openSession(server);
  assert.deepEqual(await session.list(), { messages: [], count: 0, size: 0, complete: true });
});

const failures: readonly (readonly [string, string, string, string, string, RegExp])[] = [
  ['UIDL is refused', '+OK 1 1', '+OK\r\n1 1\r\n.\r\n', '-ERR what?\r\n', 'protocol', /unique-ids/],
  [
    'UIDL is refused for now',
    '+OK 1 1',
    '+OK\r\n1 1\r\n.\r\n',
    '-ERR [SYS/TEMP] x\r\n',
    'sys_temp',
    /^$/,
  ],
  ['LIST is refused', '+OK 1 1', '-ERR what?\r\n', '', 'protocol', /LIST/],
  ['STAT is refused', '-ERR what?', '', '', 'protocol', /^$/],
  ['STAT says something else', '+OK two', '', '', 'protocol', /STAT/],
  [
    'no UIDL line can be read',
    '+OK 1 1',
    '+OK\r\n1 1\r\n.\r\n',
    '+OK\r\n<a>\r\n.\r\n',
    'protocol',
    /unreadable/,
  ],
];
for (const [title, stat, list, uidl, code, reason] of failures) {
  test(`there is no listing when ${title}`, async () => {
    await using server = await listingServer(stat, list, uidl);
    await using session = await openSession(server);
    const failure = await failureOf(session.list());
    assert.equal(failure.code, code);
    assert.equal(failure.facts.phase, 'list');
    assert.match(failure.facts.reason ?? '', reason);
    assert.notEqual(failure.facts.serverSaid, undefined);
  });
}
