import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMaildropServer } from '../../support/maildrop-server.ts';
import {
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from '../../support/scripted-server.ts';
import { failureOf, openSession } from './support.ts';

interface Rest {
  /** Whether the listing is asked for twice. */
  readonly twice?: boolean;
  /** TOP commands and their answers. */
  readonly tops?: readonly (readonly [string, string])[];
}

/** A server that knows no CAPA and answers STAT, LIST and UIDL so, and TOP. */
function listingServer(
  stat: string,
  list: string,
  uidl: string,
  { twice = true, tops = [] }: Rest = {},
): Promise<ScriptedServer> {
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
    ...(twice ? survey : []),
    ...tops.flatMap(([command, answer]): Step[] => [{ expect: command }, { send: answer }]),
    { stall: true },
  ]);
}

const noTop = [['TOP 2 0', '-ERR\r\n']] as const;
const incomplete: readonly (readonly [string, string, string, string, Rest?])[] = [
  ['LIST has more', '+OK 2 2', '1 1\r\n2 1\r\n', '1 a\r\n', { tops: noTop }],
  ['LIST has more than STAT and UIDL', '+OK 1 1', '1 1\r\n2 1\r\n', '1 a\r\n'],
  ['UIDL has more', '+OK 1 1', '1 1\r\n', '1 a\r\n2 b\r\n'],
  ['STAT counts more', '+OK 2 2', '1 1\r\n', '1 a\r\n'],
  [
    'a UIDL line has no unique-id and TOP is refused',
    '+OK 2 2',
    '1 1\r\n2 1\r\n',
    '1 a\r\n2\r\n',
    { tops: noTop },
  ],
  ['a LIST line has no number', '+OK 1 1', '1 1\r\nx 1\r\n', '1 a\r\n'],
];
for (const [title, stat, list, uidl, rest] of incomplete) {
  test(`a listing is incomplete when ${title}, and is asked for twice`, async () => {
    await using server = await listingServer(
      stat,
      `+OK\r\n${list}.\r\n`,
      `+OK\r\n${uidl}.\r\n`,
      rest,
    );
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

const header = (text: string) => `+OK\r\nSubject: ${text}\r\n\r\n.\r\n`;
const three = '+OK\r\n1 1\r\n2 1\r\n3 1\r\n.\r\n';
const identities: readonly (readonly [string, string, Rest, readonly RegExp[], object])[] = [
  [
    'there is no UIDL',
    '-ERR what?\r\n',
    {
      twice: false,
      tops: [
        ['TOP 1 0', header('x')],
        ['TOP 2 0', header('y')],
        ['TOP 3 0', header('x').replace('\r\n\r\n', '\r\nStatus: RO\r\nX-UID: 4\r\n\r\n')],
      ],
    },
    [/^#headers:([\w-]{22})#1$/, /^#headers:[\w-]{22}#1$/, /^#headers:[\w-]{22}#2$/],
    { unnamed: 3, shared: 0, unknown: 0, nameless: false },
  ],
  [
    'UIDL lists nothing',
    '+OK\r\n.\r\n',
    {
      twice: false,
      tops: [
        ['TOP 1 0', header('x')],
        ['TOP 2 0', header('y')],
        ['TOP 3 0', header('z')],
      ],
    },
    [/^#headers:/, /^#headers:/, /^#headers:/],
    { unnamed: 3, shared: 0, unknown: 0, nameless: false },
  ],
  [
    'a unique-id is blank, and one is missing',
    '+OK\r\n1 a\r\n2 \r\n.\r\n',
    {
      tops: [
        ['TOP 2 0', header('y')],
        ['TOP 3 0', header('z')],
      ],
    },
    [/^a$/, /^#headers:/, /^#headers:/],
    { unnamed: 2, shared: 0, unknown: 0, nameless: false },
  ],
  [
    'two have the same unique-id',
    '+OK\r\n1 a\r\n2 b\r\n3 a\r\n.\r\n',
    {
      twice: false,
      tops: [
        ['TOP 1 0', header('x')],
        ['TOP 3 0', header('z')],
      ],
    },
    [/^a#headers:[\w-]{22}#1$/, /^b$/, /^a#headers:[\w-]{22}#1$/],
    { unnamed: 0, shared: 2, unknown: 0, nameless: false },
  ],
  [
    'neither UIDL nor TOP is there',
    '-ERR what?\r\n',
    {
      twice: false,
      tops: [
        ['TOP 1 0', '-ERR\r\n'],
        ['TOP 2 0', '-ERR\r\n'],
        ['TOP 3 0', '-ERR\r\n'],
      ],
    },
    [/^unnamed:.*:1$/, /^unnamed:.*:2$/, /^unnamed:.*:3$/],
    { unnamed: 0, shared: 0, unknown: 0, nameless: true },
  ],
];
for (const [title, uidl, rest, uids, oddities] of identities) {
  test(`each message has an identity of its own when ${title}`, async () => {
    await using server = await listingServer('+OK 3 3', three, uidl, rest);
    await using session = await openSession(server);
    const listing = await session.list();
    assert.deepEqual(listing.oddities, oddities);
    assert.equal(listing.complete, true);
    assert.equal(new Set(listing.messages.map(({ uid }) => uid)).size, 3);
    for (const [index, { uid, number }] of listing.messages.entries()) {
      assert.equal(number, index + 1);
      assert.match(uid, uids[index] ?? /never/);
    }
    assert.deepEqual(server.surprises, []);
  });
}

test('a unique-id that several messages had is told apart by the header even when one is left', async () => {
  const tops = [['TOP 1 0', header('x')]] as const;
  const [list, uidl] = ['+OK\r\n1 5\r\n.\r\n', '+OK\r\n1 a\r\n.\r\n'];
  await using server = await listingServer('+OK 1 5', list, uidl, { twice: false, tops });
  await using session = await openSession(server);
  const { messages } = await session.list((uid) => uid === 'a');
  assert.match(messages[0]?.uid ?? '', /^a#headers:[\w-]{22}#1$/);
});

test('headers are asked for in steps, not all at once', async () => {
  const messages = Array.from({ length: 2000 }, (_, n) => ({
    uid: 'same',
    content: `Subject: ${n}\r\n\r\nbody\r\n`,
  }));
  await using server = await startMaildropServer({ messages });
  await using session = await openSession(server);
  const listing = await session.list();
  assert.equal(new Set(listing.messages.map(({ uid }) => uid)).size, messages.length);
  assert.ok(Math.max(...(server.sessions[0]?.segments ?? [])) <= 128);
});
