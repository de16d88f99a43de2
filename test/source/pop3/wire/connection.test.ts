import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, constantFrom, assert as holds, property } from 'fast-check';
import {
  auth,
  type Command,
  capa,
  noop,
  response,
  retr,
  stat,
  stls,
} from '../../../../src/source/pop3/wire/commands.ts';
import { Pop3Connection } from '../../../../src/source/pop3/wire/connection.ts';

/** What happened, in words: slices joined, so that it does not depend on how the octets were cut. */
function told(connection: Pop3Connection, chunks: readonly Uint8Array[], eof = false): string[] {
  const words: string[] = [];
  const events = chunks.flatMap((chunk) => connection.receive(chunk));
  if (eof) events.push(...connection.eof());
  let content = '';
  for (const event of events) {
    if (event.type === 'content') content += Buffer.from(event.octets).toString('latin1');
    else if (event.type === 'end') {
      words.push(`${event.command.shown}: ${content.length} octets`);
      content = '';
    } else if (event.type === 'broken')
      words.push(`${event.failure.code}: ${event.failure.message}`);
    else words.push(`${event.command.shown || 'greeting'} ${event.status} ${event.text}`);
  }
  return words;
}

function sent(...commands: readonly Command[]): Pop3Connection {
  const connection = new Pop3Connection();
  for (const command of commands) connection.send(command);
  return connection;
}

const session = [
  '+OK ready\r\n',
  '+ok 2 320\r\n',
  '+OK 120 octets\r\na\r\n..b\r\n.\r\n',
  '-ERR no such message\r\n',
  '+OK\r\n',
].join('');
const commands = [stat, retr(1), retr(2), noop];
const story = [
  'greeting ok ready',
  'STAT ok 2 320',
  'RETR 1 ok 120 octets',
  'RETR 1: 7 octets',
  'RETR 2 err no such message',
  'NOOP ok ',
];

test('replies are matched to commands in order, several lines or one as the command demands', () => {
  assert.deepEqual(told(sent(...commands), [Buffer.from(session)]), story);
});

test('the events are the same octet by octet and cut at every point', () => {
  const octets = Buffer.from(session);
  const single = Array.from(octets, (_, at) => octets.subarray(at, at + 1));
  assert.deepEqual(told(sent(...commands), single), story);
  for (let cut = 0; cut <= octets.length; cut++) {
    const halves = [octets.subarray(0, cut), octets.subarray(cut)];
    assert.deepEqual(told(sent(...commands), halves), story, `cut at ${cut}`);
  }
});

test('plain Uint8Arrays are taken as well as Buffers', () => {
  assert.deepEqual(told(sent(...commands), [Uint8Array.from(Buffer.from(session))]), story);
});

const outOfStep: readonly (readonly [string, readonly Command[], string, string])[] = [
  ['a greeting that is no status line', [], 'SSH-2.0-x\r\n', 'protocol: not a status line'],
  ['a word that only begins like one', [], '+OKAY\r\n', 'protocol: not a status line'],
  [
    'a status line that ends in LF alone',
    [],
    '+OK hi\n',
    'protocol: a status line that ends in LF alone',
  ],
  ['a prompt that no AUTH asked for', [], '+ \r\n', 'protocol: an unasked prompt'],
  [
    'octets without a command',
    [],
    '+OK\r\n+',
    'protocol: the server sent something nobody asked for',
  ],
  [
    'text behind an early terminator',
    [retr(1), noop],
    '+OK\r\n+OK\r\na\r\n.\r\nrest\r\n',
    'protocol: not a status line',
  ],
];
for (const [title, commands, text, last] of outOfStep) {
  test(`out of step: ${title}`, () => {
    const connection = sent(...commands);
    assert.equal(told(connection, [Buffer.from(text)]).at(-1), last);
    assert.deepEqual(
      connection.receive(Buffer.from('+OK\r\n')),
      [],
      'nothing is believed any more',
    );
    const octets = Buffer.from(text);
    const single = Array.from(octets, (_, at) => octets.subarray(at, at + 1));
    assert.equal(told(sent(...commands), single).at(-1), last);
  });
}

test('what cannot become a status line is not waited for', () => {
  assert.deepEqual(told(new Pop3Connection(), [Buffer.from('H')]), ['protocol: not a status line']);
});

test('no octets whatever make it throw, and the events never depend on the cuts', () => {
  const words = [
    '+OK',
    '-ERR',
    '+',
    ' ',
    '.',
    '\r\n',
    '\n',
    '\r',
    'a',
    '+OK\r\n',
    '\r\n.\r\n',
    '\0\xff',
  ];
  holds(
    property(array(constantFrom(...words), { maxLength: 30 }), (pieces) => {
      const octets = Buffer.from(`+OK\r\n${pieces.join('')}`, 'latin1');
      const commands = [retr(1), stat, auth('PLAIN', undefined), capa, noop];
      const single = Array.from(octets, (_, at) => octets.subarray(at, at + 1));
      assert.deepEqual(
        told(sent(...commands), [octets], true),
        told(sent(...commands), single, true),
      );
    }),
    { numRuns: 3000 },
  );
});

test('a failure quotes what the server said', () => {
  const [event] = new Pop3Connection().receive(Buffer.from('HTTP/1.1 400 Bad Request\r\n'));
  assert.ok(event?.type === 'broken');
  assert.equal(event.failure.facts.serverSaid, 'HTTP/1.1 400 Bad Request');
});

test('a status line may be 64 KB long, and no longer, in one chunk or many', () => {
  const fits = Buffer.from(`+OK ${'x'.repeat(65_000)}\r\n`);
  assert.match(told(new Pop3Connection(), [fits])[0] ?? '', /^greeting ok xxx/);
  const endless = Buffer.from(`+OK ${'x'.repeat(70_000)}`);
  assert.deepEqual(told(new Pop3Connection(), [endless]), ['protocol: a status line without end']);
  const connection = new Pop3Connection();
  const pieces = Array.from({ length: 20 }, () => Buffer.from('+OK xxxx'.repeat(1000)));
  assert.deepEqual(told(connection, pieces), ['protocol: a status line without end']);
});

test('AUTH goes on after a prompt, and only after our response', () => {
  const connection = sent(capa);
  told(connection, [Buffer.from('+OK\r\n-ERR\r\n')]);
  connection.send(auth('PLAIN', undefined));
  assert.deepEqual(told(connection, [Buffer.from('+ \r\n')]), ['AUTH PLAIN continue ']);
  assert.equal(connection.send(response('AGE=')), 'AGE=\r\n');
  assert.deepEqual(told(connection, [Buffer.from('+OK in\r\n')]), ['AUTH PLAIN ok in']);
  assert.equal(connection.outstanding, 0);
});

test('what comes between a prompt and our response is not believed', () => {
  const connection = sent(auth('PLAIN', undefined));
  assert.deepEqual(
    told(connection, [Buffer.from('+OK\r\n+ \r\n+OK in\r\n')]).at(-1),
    'protocol: the server sent something nobody asked for',
  );
});

test('octets behind the answer to STLS break the connection', () => {
  const words = told(sent(stls), [Buffer.from('+OK\r\n+OK begin\r\n+OK injected\r\n')]);
  assert.deepEqual(words.slice(1), [
    'STLS ok begin',
    'protocol: the server sent something nobody asked for',
  ]);
});

test('an end of the stream is a lost connection, once', () => {
  const connection = sent(retr(1));
  assert.deepEqual(
    told(connection, [Buffer.from('+OK\r\n+OK\r\na\r\n')], true).at(-1),
    'connection_lost: the server closed the connection',
  );
  assert.deepEqual(connection.eof(), []);
});

test('thousands of commands may be ahead of their replies', () => {
  const connection = sent(...Array.from({ length: 5000 }, () => noop));
  const words = told(connection, [Buffer.from('+OK\r\n'.repeat(5001))]);
  assert.equal(words.length, 5001);
  assert.equal(connection.outstanding, 0);
});
