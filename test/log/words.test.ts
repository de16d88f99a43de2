import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FailureCode, type FailureFacts, failureNatures } from '../../src/errors.ts';
import type { PollCounts } from '../../src/events.ts';
import { brief, describe, type WordsContext } from '../../src/log/words.ts';
import { at, countsOf, failure } from './support.ts';

const now = at(9, 40);

interface Case {
  readonly code: FailureCode;
  readonly facts?: FailureFacts;
  readonly message?: string;
  readonly counts?: Partial<PollCounts>;
  readonly context?: Partial<WordsContext>;
  /** Headline, details, hint. */
  readonly lines: readonly string[];
}

const cases: readonly Case[] = [
  {
    code: 'no_space',
    facts: { reason: 'no space left on the disk', phase: 'deliver' },
    counts: { new: 7, wanted: 20 },
    lines: [
      'FAIL cannot write to ~/Maildir/: no space left on the disk',
      '7 of 20 new messages stored; 13 stay on the server, none was deleted',
    ],
  },
  {
    code: 'no_space',
    facts: { phase: 'state', path: '/home/joe/.local/state/popfetch' },
    lines: ['FAIL cannot write to /home/joe/.local/state/popfetch: no space left on the disk'],
  },
  {
    code: 'io_error',
    counts: { new: 1, wanted: 2, deleted: 1 },
    lines: [
      'FAIL cannot write to ~/Maildir/: input/output error',
      '1 of 2 new messages stored; 1 stays on the server',
    ],
  },
  {
    code: 'no_permission',
    lines: ['FAIL cannot write to ~/Maildir/: permission denied'],
  },
  {
    code: 'cannot_create',
    facts: { reason: 'a part of the path is not a folder' },
    lines: ['FAIL cannot write to ~/Maildir/: a part of the path is not a folder'],
  },
  {
    code: 'deliver_temp',
    facts: { reason: 'exited 75 (temporary)' },
    counts: { new: 10, wanted: 12 },
    context: { destination: 'procmail' },
    lines: ['FAIL procmail exited 75 (temporary) for 2 of 12 messages; they stay on the server'],
  },
  {
    code: 'deliver_temp',
    facts: {
      reason: 'exited 75 (temporary)',
      uid: '0017\x07',
      output: 'lock \x1b[2J busy',
      messages: 2,
    },
    counts: { new: 9, wanted: 12 },
    context: { destination: 'procmail' },
    lines: [
      'FAIL procmail exited 75 (temporary) for 2 of 12 messages; they stay on the server',
      'it said of 0017?: lock ?[2J busy',
    ],
  },
  {
    code: 'connect',
    facts: { phase: 'deliver', host: '/run/lmtp', reason: 'no such file' },
    lines: ['FAIL cannot reach /run/lmtp (no such file)', 'temporary, will try again'],
  },
  {
    code: 'deliver_perm',
    facts: { reason: 'exited 65' },
    counts: { new: 0, wanted: 1 },
    context: { destination: 'procmail' },
    lines: ['FAIL procmail exited 65 for 1 of 1 message; it stays on the server'],
  },
  {
    code: 'deliver_temp',
    facts: { reason: 'too many open files', path: '/home/joe/Maildir/tmp' },
    counts: { new: 11, wanted: 12 },
    lines: [
      'FAIL cannot deliver to ~/Maildir/: too many open files for 1 of 12 messages; it stays on the server',
    ],
  },
  {
    code: 'destination_locked',
    facts: { reason: 'inbox.lock is there', path: '/home/joe/mail/inbox' },
    counts: { new: 0, wanted: 2 },
    context: { destination: '~/mail/inbox' },
    lines: [
      'FAIL cannot deliver to ~/mail/inbox: inbox.lock is there for 2 of 2 messages; they stay on the server',
    ],
  },
  {
    code: 'connection_lost',
    counts: { new: 1204, wanted: 2310 },
    lines: [
      'FAIL connection lost after 1204 of 2310 messages; the 1204 are stored and will not be fetched again',
    ],
  },
  {
    code: 'connection_lost',
    counts: { new: 1, wanted: 2 },
    context: { failing: { since: at(9, 10), count: 2 } },
    lines: [
      'FAIL connection lost after 1 of 2 messages; the 1 is stored and will not be fetched again',
      'temporary, will try again; failing since 09:10 (2 polls)',
    ],
  },
  {
    code: 'connection_lost',
    counts: { new: 0, wanted: 2 },
    lines: ['FAIL connection lost after 0 of 2 messages'],
  },
  {
    code: 'connection_lost',
    facts: { reason: 'connection reset', phase: 'capa' },
    lines: [
      'FAIL connection to pop.example.org lost (connection reset)',
      'temporary, will try again',
    ],
  },
  {
    code: 'tls_verify',
    facts: { host: 'pop.home.example', certificateNames: ['mail.hoster.example'] },
    lines: ['FAIL the certificate of pop.home.example is for mail.hoster.example'],
  },
  {
    code: 'tls_verify',
    facts: { certificateNames: ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'] },
    lines: [
      'FAIL the certificate of pop.example.org is for a.example, b.example, c.example and 2 more',
    ],
  },
  {
    code: 'tls_verify',
    facts: { reason: 'it has expired', hint: 'Tell the operator.' },
    lines: [
      'FAIL the certificate of pop.example.org is not trusted: it has expired',
      'Tell the operator.',
    ],
  },
  {
    code: 'tls_handshake',
    facts: { reason: 'wrong version number' },
    lines: ['FAIL cannot set up TLS with pop.example.org:995 (wrong version number)'],
  },
  {
    code: 'dns',
    facts: { reason: 'no such name' },
    lines: ['FAIL cannot find pop.example.org (no such name)', 'temporary, will try again'],
  },
  {
    code: 'timeout',
    facts: { phase: 'connect', seconds: 60 },
    lines: [
      'FAIL cannot reach pop.example.org:995 (connection timed out)',
      'temporary, will try again',
    ],
  },
  {
    code: 'timeout',
    facts: { phase: 'greeting', seconds: 60 },
    lines: ['FAIL no answer from pop.example.org for 60 s', 'temporary, will try again'],
  },
  {
    code: 'timeout',
    facts: { phase: 'retr', seconds: 60 },
    counts: { new: 3, wanted: 9 },
    lines: [
      'FAIL no answer from pop.example.org for 60 s after 3 of 9 messages; the 3 are stored and will not be fetched again',
    ],
  },
  {
    code: 'auth_paused',
    facts: { seconds: 3600 },
    context: { account: 'gmail', failing: { since: at(9, 0), count: 3 } },
    lines: ['skip login refused 3 times; next try 10:40 (now: popfetch --once gmail)'],
  },
  {
    code: 'auth',
    facts: { serverSaid: '-ERR no\r\n\u009b31m\u202egnirts' },
    lines: [
      'FAIL login refused by pop.example.org',
      'it said: -ERR no???31m?gnirts',
      'Check user and password.',
    ],
  },
  {
    code: 'auth_method',
    facts: { host: 'outlook.office365.com', reason: 'it offers XOAUTH2 only' },
    lines: [
      'FAIL cannot log in to outlook.office365.com: it offers XOAUTH2 only',
      'Microsoft takes no passwords over POP3, only OAuth 2.',
    ],
  },
  {
    code: 'locked',
    facts: { holder: { pid: 4242, since: at(9, 10) } },
    lines: ['skip being polled by pid 4242 since 09:10'],
  },
  {
    code: 'locked',
    facts: { reason: 'the lock was taken away while it was held' },
    lines: ['skip the lock was taken away while it was held'],
  },
  { code: 'locked', lines: ['skip being polled by another popfetch'] },
  {
    code: 'in_use',
    facts: { serverSaid: '-ERR [IN-USE] locked' },
    lines: [
      'FAIL the maildrop at pop.example.org is in use by another session',
      'it said: -ERR [IN-USE] locked',
      'temporary, will try again',
    ],
  },
  {
    code: 'login_delay',
    facts: { seconds: 720 },
    lines: ['FAIL pop.example.org wants to be polled once in 12 min', 'temporary, will try again'],
  },
  {
    code: 'sys_temp',
    lines: ['FAIL pop.example.org has a temporary problem', 'temporary, will try again'],
  },
  {
    code: 'sys_perm',
    lines: ['FAIL pop.example.org has a problem that lasts until somebody there acts'],
  },
  {
    code: 'protocol',
    message: 'a reply without status indicator',
    lines: ['FAIL pop.example.org does not speak POP3 properly: a reply without status indicator'],
  },
  {
    code: 'retrieve_refused',
    counts: { new: 0, wanted: 5 },
    lines: ['FAIL pop.example.org refused to hand out 5 of 5 messages'],
  },
  {
    code: 'delete_refused',
    counts: { new: 5, wanted: 5 },
    lines: [
      'FAIL pop.example.org refused to delete messages that are stored',
      '5 of 5 new messages stored',
      'temporary, will try again',
    ],
  },
  {
    code: 'secret_unavailable',
    message: 'pass exited 1',
    lines: ['FAIL cannot get the password: pass exited 1', 'temporary, will try again'],
  },
  {
    code: 'state',
    message: 'line 7 is damaged',
    facts: { path: '/s/gmx.seen' },
    lines: ['FAIL cannot use the seen list: line 7 is damaged', 'The file: /s/gmx.seen'],
  },
  {
    code: 'interrupted',
    counts: { new: 2, wanted: 5 },
    lines: ['skip stopped after 2 of 5 messages; the 2 are stored and will not be fetched again'],
  },
  { code: 'interrupted', lines: ['skip stopped'] },
  { code: 'config', message: 'no account "x"', lines: ['FAIL no account "x"'] },
  { code: 'usage', message: 'what is --x?', lines: ['FAIL what is --x?'] },
  {
    code: 'connect',
    facts: { host: '127.0.0.1', port: 110, reason: 'connection refused' },
    lines: ['FAIL cannot reach 127.0.0.1:110 (connection refused)', 'temporary, will try again'],
  },
  {
    code: 'internal',
    message: 'x is undefined',
    lines: [
      'FAIL popfetch has a bug: x is undefined',
      'Please report it, with the log of the same run under -vv.',
    ],
  },
];

for (const { code, facts, message, counts, context, lines } of cases)
  test(`${code} reads: ${lines[0]}`, () => {
    const surroundings: WordsContext = {
      now,
      counts: countsOf(counts),
      destination: '~/Maildir/',
      host: 'pop.example.org',
      port: 995,
      ...context,
    };
    const { word, headline, details, hint } = describe(failure(code, facts, message), surroundings);
    const told = [`${word} ${headline}`, ...details, ...(hint === undefined ? [] : [hint])];
    assert.deepEqual(told, lines);
  });

test('every code has a case here', () => {
  const told = new Set(cases.map(({ code }) => code));
  assert.deepEqual(
    Object.keys(failureNatures).filter((code) => !told.has(code as FailureCode)),
    [],
  );
});

test('every code has words where nothing else is known', () => {
  for (const code of Object.keys(failureNatures) as FailureCode[]) {
    const { headline } = describe(failure(code, {}, 'why'), { now });
    assert.doesNotMatch(headline, /undefined|NaN|^\s*$/, code);
    assert.doesNotMatch(brief(failure(code, {}, 'why'), { now }), /undefined|NaN/, code);
  }
});

test('a server that says 64 kB is quoted in part', () => {
  const { details } = describe(failure('auth', { serverSaid: 'x'.repeat(65_536) }), { now });
  assert.equal(details[0], `it said: ${'x'.repeat(512)}...`);
});
