import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFailure } from '../../src/errors.ts';
import type { PopfetchEvent } from '../../src/events.ts';
import { type LogOptions, logReporter } from '../../src/log/log.ts';
import {
  accountEnd,
  accountStart,
  at,
  Collected,
  failure,
  message,
  runEnd,
  runStart,
} from './support.ts';

const now = at(9, 25) + 1250;
const time = new Date(now).toISOString();

function log(
  events: readonly PopfetchEvent[],
  options: Partial<Pick<LogOptions, 'level' | 'format'>> = {},
): string[] {
  const sink = new Collected();
  const emit = logReporter({
    level: 'debug',
    format: 'json',
    run: 'r1',
    ...options,
    sink,
    now: () => now,
  });
  for (const event of events) emit(event);
  return sink.lines;
}

const events: readonly PopfetchEvent[] = [
  runStart(['gmail']),
  accountStart('gmail', 'pop.gmail.com'),
  { type: 'account.phase', account: 'gmail', phase: 'auth' },
  { type: 'transcript', account: 'gmail', direction: 'sent', line: 'PASS ***' },
  { type: 'notice', account: 'gmail', text: 'odd' },
  message('gmail', 'delivered', 88),
  accountEnd('gmail', {
    failure: failure('auth', { phase: 'auth', serverSaid: '-ERR "no"\u009b' }),
    failing: { since: at(9, 10), count: 2 },
  }),
  runEnd({ exitCode: 77, accountsOk: 0, accountsFailed: ['gmail'] }),
];

test('a failed account is an error with its code, phase and server, and no host name of ours', () => {
  const line = log(events).find((text) => text.includes('"level":"error"'));
  const place = { account: 'gmail', host: 'pop.gmail.com', port: 995, phase: 'auth' };
  assert.deepEqual(JSON.parse(line ?? ''), {
    level: 'error',
    time,
    run: 'r1',
    ...place,
    code: 'auth',
    temporary: false,
    serverSaid: '-ERR "no"\u009b',
    since: new Date(at(9, 10)).toISOString(),
    count: 2,
    new: 0,
    bytes: 0,
    deleted: 0,
    skipped: 0,
    wanted: 0,
    durationMs: 300,
    hint: 'Gmail takes an app password, not the account password.',
    msg: 'login refused by pop.gmail.com',
  });
});

const levels: readonly [LogOptions['level'], readonly string[]][] = [
  ['error', ['error']],
  ['warn', ['warn', 'error']],
  ['info', ['info', 'warn', 'error', 'info']],
  ['debug', ['info', 'debug', 'debug', 'debug', 'warn', 'debug', 'error', 'info']],
];
for (const [level, expected] of levels)
  test(`at level ${level} it logs ${expected.length} of eight events`, () => {
    const told = log(events, { level }).map(
      (line) => (JSON.parse(line) as { level: string }).level,
    );
    assert.deepEqual(told, expected);
  });

test('a good poll is one line of level info', () => {
  const end = accountEnd('gmx', { counts: { new: 3, bytes: 41_200, wanted: 3, onServer: 90 } });
  assert.deepEqual(log([end], { level: 'info', format: 'logfmt' }), [
    `time=${time} level=info msg="3 new messages, 41 kB" run=r1 account=gmx new=3 bytes=41200 deleted=0 skipped=0 wanted=3 onServer=90 durationMs=300`,
  ]);
});

test('several names are one value', () => {
  const [line] = log([runStart(['gmx', 'work'])], { format: 'logfmt' });
  assert.match(line ?? '', / accounts=gmx,work /);
});

test('a skipped account is a warning', () => {
  const end = accountEnd('gmx', { failure: failure('locked') });
  assert.match(log([end])[0] ?? '', /"level":"warn"/);
});

test('the dialogue is pretty to read', () => {
  const told = log(events.slice(1, 4), { format: 'pretty' });
  assert.deepEqual(told, [
    '09:25:01.250 debug gmail: polling  tls=on',
    '09:25:01.250 debug gmail: auth  phase=auth',
    '09:25:01.250 debug gmail: > PASS ***  phase=auth',
  ]);
});

test('the journal gets priorities and no time', () => {
  const starts = log(events, { format: 'journal' }).map((line) => line.slice(0, 15));
  assert.deepEqual(starts, [
    '<6>level=info m',
    '<7>level=debug ',
    '<7>level=debug ',
    '<7>level=debug ',
    '<4>level=warn m',
    '<7>level=debug ',
    '<3>level=error ',
    '<6>level=info m',
  ]);
});

test('a bug is logged with its stack, on one line', () => {
  const end = accountEnd('gmx', { failure: asFailure(new TypeError('x is undefined')) });
  const lines = log([end], { format: 'logfmt' });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /stack="TypeError: x is undefined\\n +at /);
});

for (const format of ['json', 'pretty', 'logfmt', 'journal'] as const)
  test(`what a server says cannot break a line or reach the terminal as ${format}`, () => {
    const evil = 'x\u001b]0;a\u0007\n<0>forged level=info\u009b\u202e\u0085';
    const lines = log(
      [
        { type: 'notice', account: evil, text: evil },
        message('gmx', 'delivered', 1, { uid: evil, messageId: evil }),
      ],
      { format },
    );
    assert.equal(lines.length, 2);
    for (const line of lines)
      assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
