import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PopfetchEvent } from '../../src/events.ts';
import { terminalReporter } from '../../src/log/terminal.ts';
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

interface Told {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

function tell(
  events: readonly PopfetchEvent[],
  { tty = true, quiet = false, now = at(9, 25) } = {},
): Told {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const emit = terminalReporter({ stdout, stderr, tty, quiet, now: () => now });
  for (const event of events) emit(event);
  return { stdout: stdout.lines, stderr: stderr.lines };
}

const threeAccounts: readonly PopfetchEvent[] = [
  runStart(['gmx', 'work', 'home']),
  accountEnd('gmx', { counts: { new: 3, bytes: 41_200, wanted: 3 }, durationMs: 812 }),
  accountEnd('work', {
    counts: { new: 12, bytes: 1_858_800, wanted: 12, deleted: 12 },
    destination: 'procmail',
    durationMs: 2140,
  }),
  accountEnd('home', { counts: { onServer: 214 }, durationMs: 290 }),
  runEnd({ accountsOk: 3, new: 15, bytes: 1_900_000 }),
];

test('a terminal gets aligned result lines and a summary', () => {
  assert.deepEqual(tell(threeAccounts), {
    stdout: [
      'gmx    3 new     41 kB  -> ~/Maildir/                                     0.8 s',
      'work   12 new   1.9 MB  -> procmail                                       2.1 s',
      'home   nothing new (214 on the server)                                    0.3 s',
      '3 accounts ok, 15 new messages, 1.9 MB',
    ],
    stderr: [],
  });
});

test('a pipe gets one plain line an account', () => {
  assert.deepEqual(tell(threeAccounts, { tty: false }), {
    stdout: [
      'gmx: 3 new, 41 kB -> ~/Maildir/',
      'work: 12 new, 1.9 MB -> procmail',
      'home: nothing new (214 on the server)',
    ],
    stderr: [],
  });
});

test('a single account needs no summary', () => {
  const events = [runStart(['gmx']), accountEnd('gmx', { counts: { onServer: 2 } }), runEnd({})];
  assert.equal(tell(events).stdout.length, 1);
});

test('columns make room for the longest account name', () => {
  const events = [
    runStart(['gmx', 'a-long-name']),
    accountEnd('gmx', { counts: { onServer: 1 } }),
    accountEnd('a-long-name', { failure: failure('connect', { host: 'h', port: 995 }) }),
  ];
  const { stdout, stderr } = tell(events);
  assert.match(stdout[0] ?? '', /^gmx {10}nothing new/);
  assert.deepEqual(stderr, [
    'a-long-name  FAIL  cannot reach h:995',
    '             temporary, will try again',
  ]);
});

test('a long destination pushes the duration aside, and no further than needed', () => {
  const destination = `/var/mail/${'x'.repeat(60)}/`;
  const end = accountEnd('gmx', { destination, counts: { new: 1, bytes: 900, wanted: 1 } });
  const line = `gmx    1 new     900 B  -> ${destination}  0.3 s`;
  assert.deepEqual(tell([runStart(['gmx']), end]).stdout, [line]);
});

test('deletions are told where they are not just the messages stored', () => {
  const ends = [
    accountEnd('a', { counts: { new: 2, bytes: 900, wanted: 2, deleted: 5 } }),
    accountEnd('b', { counts: { deleted: 3, onServer: 4 } }),
  ];
  assert.deepEqual(tell(ends, { tty: false }).stdout, [
    'a: 2 new, 900 B -> ~/Maildir/, 5 deleted',
    'b: nothing new (4 on the server, 3 deleted)',
  ]);
});

const twoFailures: readonly PopfetchEvent[] = [
  runStart(['gmx', 'gmail', 'out', 'work', 'home']),
  accountStart('gmail', 'pop.gmail.com'),
  accountStart('out', 'outlook.office365.com'),
  accountEnd('gmail', {
    failure: failure('auth', {
      serverSaid: '-ERR [AUTH] Username and password not accepted.',
    }),
  }),
  accountEnd('out', {
    failure: failure('connect', { reason: 'connection timed out' }),
    failing: { since: at(9, 10), count: 3 },
  }),
  runEnd({
    exitCode: 77,
    accountsOk: 3,
    accountsFailed: ['gmail', 'out'],
    new: 4,
    bytes: 47_000,
  }),
];

for (const tty of [true, false])
  test(`failures are the same columns on ${tty ? 'a terminal' : 'a pipe'}, and the summary names them`, () => {
    assert.deepEqual(tell(twoFailures, { tty }), {
      stdout: ['3 of 5 accounts ok, 4 new messages, 47 kB. Failed: gmail, out'],
      stderr: [
        'gmail  FAIL  login refused by pop.gmail.com',
        '       it said: -ERR [AUTH] Username and password not accepted.',
        '       Gmail takes an app password, not the account password.',
        'out    FAIL  cannot reach outlook.office365.com:995 (connection timed out)',
        '       temporary, will try again; failing since 09:10 (3 polls)',
      ],
    });
  });

test('an account that is not polled on purpose is skipped, not failed', () => {
  const holder = { pid: 4242, since: at(9, 10) };
  const events = [runStart(['gmx']), accountEnd('gmx', { failure: failure('locked', { holder }) })];
  assert.deepEqual(tell(events), {
    stdout: [],
    stderr: ['gmx    skip  being polled by pid 4242 since 09:10'],
  });
});

test('new messages that stay on the server are named, many for one reason in one line', () => {
  const left = (number: number, reason: string) =>
    message('gmx', 'skipped', number, { reason, size: 60_000_000 });
  const events = [
    runStart(['gmx']),
    left(7, '-ERR \u001b[31mbusy'),
    ...[1, 2, 3, 4, 5, 6].map((number) => left(number, 'too-large')),
    accountEnd('gmx', { counts: { onServer: 7, skipped: 7 } }),
    // The next poll of the same run has its own.
    accountEnd('gmx', { counts: { onServer: 0 } }),
  ];
  assert.deepEqual(tell(events).stderr, [
    'gmx    skip  message 7 (60 MB) stays on the server: -ERR ?[31mbusy',
    'gmx    skip  6 messages (360 MB) stay on the server: larger than maxSize (numbers 1, 2, 3, 4, 5, ...)',
  ]);
});

test('a notice is a warn line', () => {
  const events: PopfetchEvent[] = [
    runStart(['gmx']),
    { type: 'notice', account: 'gmx', text: 'odd\nserver' },
  ];
  assert.deepEqual(tell(events).stderr, ['gmx    warn  odd?server']);
});

test('a dry run tells what it would do and why, and that nothing was done', () => {
  const events = [
    runStart(['gmx', 'home'], true),
    message('gmx', 'would_deliver', 88, { reason: 'new' }),
    message('gmx', 'would_skip', 89, { reason: 'too-large', size: 61_000_000 }),
    message('gmx', 'would_delete', 3, { reason: 'delivered', size: 900 }),
    accountEnd('gmx', { dryRun: true, counts: { wanted: 1, onServer: 90 } }),
    accountEnd('home', { dryRun: true, counts: { onServer: 214 } }),
    runEnd({ dryRun: true, accountsOk: 2 }),
  ];
  assert.deepEqual(tell(events, { tty: false }).stdout, [
    'would fetch   gmx       88   4.3 kB  new',
    'would leave   gmx       89    61 MB  larger than maxSize',
    'would delete  gmx        3    900 B  safely delivered, keep: false',
    'home: nothing new (214 on the server)',
    'dry run: nothing was fetched, stored or deleted',
  ]);
});

test('quiet prints announcements and nothing else', () => {
  const auth = failure('auth', { serverSaid: '-ERR [AUTH] Username and password not accepted.' });
  const now = at(9, 0, 23);
  const events: PopfetchEvent[] = [
    ...threeAccounts,
    { type: 'notice', account: 'gmx', text: 'odd' },
    accountEnd('gmail', { failure: auth }),
    accountEnd('gmail', { failure: auth, announce: { kind: 'failed' } }),
    accountEnd('gmail', {
      failure: auth,
      announce: { kind: 'still-failing', since: at(9, 0), count: 288 },
    }),
    accountEnd('gmail', {
      counts: { new: 31 },
      announce: { kind: 'recovered', since: at(7, 0), count: 12 },
    }),
  ];
  assert.deepEqual(tell(events, { quiet: true, now }), {
    stdout: [],
    stderr: [
      'popfetch: gmail: login refused: -ERR [AUTH] Username and password not accepted.',
      'popfetch: gmail: still failing since 22 Nov 09:00 (288 polls): login refused',
      'popfetch: gmail: ok again after 1 d 2 h; 31 new messages',
    ],
  });
});

test('quiet names the address of a server that stays unreachable', () => {
  const events = [
    accountStart('out', 'outlook.office365.com'),
    accountEnd('out', {
      failure: failure('connect', { reason: 'connection timed out' }),
      failing: { since: at(9, 10), count: 4 },
      announce: { kind: 'failed' },
    }),
    accountEnd('out', { announce: { kind: 'recovered', since: at(9, 10), count: 12 } }),
  ];
  assert.deepEqual(tell(events, { quiet: true }).stderr, [
    'popfetch: out: cannot reach outlook.office365.com:995 (connection timed out); failing since 09:10 (4 polls)',
    'popfetch: out: ok again after 15 min; nothing new',
  ]);
});
