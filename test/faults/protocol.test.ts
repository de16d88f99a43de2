import { test } from 'node:test';
import type { MaildropMessage } from '../support/maildrop-server.ts';
import { type FaultCase, messages, pollAll } from './accounts.ts';

const usual = ['TOP', 'UIDL', 'USER', 'SASL PLAIN', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING'];
const many = Array.from({ length: 10_000 }, (_, index) => `X-${index} ${'x'.repeat(60)}`);
const list = (...sizes: readonly string[]): string => ['+OK', ...sizes, '.'].join('\r\n');
const withUids = (...uids: readonly string[]): readonly MaildropMessage[] =>
  messages.map((message, index) => ({ ...message, uid: uids[index] ?? '' }));
const answers = (all: Readonly<Record<string, string>>): FaultCase['server'] => ({
  faults: { answers: all },
});
const first = '+OK 999999999999 octets\r\nSubject: number 1\r\n\r\n..dot\r\nbody 1\r\n.';
const awkward: readonly MaildropMessage[] = Object.entries({
  'a dot after LF': 'Subject: 1\r\n\r\nx\n.\ny\n..\r\n',
  'bare CR, NUL, 8 bit': 'Subject: 2\r\n\r\na\rb\0c\xe4\xff\r\r\n',
  'a line of 1 MB': `Subject: 3\r\n\r\n${'z'.repeat(1e6)}\r\n`,
  empty: '',
  'one line end': '\r\n',
  'dot lines': `Subject: 4\r\n\r\n${'.\r\n..\r\n...\r\n.x\r\n'.repeat(40)}`,
  'a terminator and a reply': 'Subject: 5\r\n\r\n.\r\n+OK 3 octets\r\n-ERR\r\n.\r\n',
}).map(([uid, content]) => ({ uid: uid.replaceAll(' ', '-'), content }));

test('what a server may get wrong without harm does none, and every message arrives once', () =>
  pollAll(
    [
      { title: 'CAPA refused', server: { capabilities: [] }, stored: 3 },
      { title: 'CAPA empty', server: answers({ CAPA: '+OK\r\n.' }), stored: 3 },
      { title: 'CAPA of 10000 lines', server: { capabilities: [...usual, ...many] }, stored: 3 },
      ...[16_000, 65_000].map((length) => ({
        title: `CAPA line of ${length}`,
        server: { capabilities: [...usual, `X-LONG ${'x'.repeat(length)}`] },
        stored: 3,
      })),
      { title: 'UIDL refused', server: answers({ UIDL: '-ERR not here' }), stored: 3 },
      {
        title: 'CAPA changes after the login',
        server: {
          capabilities: ['UIDL', 'STLS', 'EXPIRE 60', 'LOGIN-DELAY 60 USER', 'SASL PLAIN'],
        },
        stored: 3,
      },
      { title: 'greeting with controls', server: answers({ greeting: '+OK \x1b[31m\x07\xe4' }) },
      ...[70, 71, 500, 60_000].map((length) => ({
        title: `unique ids of ${length}`,
        server: { messages: withUids(...['a', 'b', 'c'].map((letter) => letter.repeat(length))) },
        stored: 3,
      })),
      {
        title: 'unique ids that look like paths',
        server: { messages: withUids('../../x', '/etc/passwd', '.') },
        stored: 3,
      },
      {
        title: 'unique ids of other octets',
        server: { messages: withUids('\xff\xfe"\'', '%00$(x)', '-rf{}') },
        stored: 3,
      },
      { title: 'one unique id for all', server: { messages: withUids('u', 'u', 'u') }, stored: 3 },
      {
        title: 'sizes of zero',
        server: answers({ LIST: list('1 0', '2 0', '3 0'), STAT: '+OK 3 0' }),
        stored: 3,
      },
      {
        title: 'sizes too large and too small',
        server: answers({ LIST: list('1 103', '2 1', '3 9223372036854775808') }),
        stored: 3,
      },
      {
        title: 'a size that is no number',
        server: answers({ LIST: list('1 abc', '2 ', '3') }),
        stored: 3,
      },
      {
        title: 'LIST with more on the line',
        server: answers({ LIST: list('1 9 x', '2 9 \t', '3 9 3 4') }),
        stored: 3,
      },
      { title: 'a wrong size behind RETR', server: answers({ 'RETR 1': first }), stored: 3 },
      {
        title: 'no text behind RETR',
        server: answers({ 'RETR 1': first.replace(/^.*/, '+OK') }),
        stored: 3,
      },
      {
        title: 'one message refused',
        server: answers({ 'RETR 3': '-ERR no such message' }),
        stored: 2,
      },
      { title: 'one octet a segment', server: { faults: { bytewise: true } }, stored: 3 },
      { title: 'awkward messages', server: { messages: awkward }, expected: awkward, stored: 7 },
      {
        title: 'awkward messages octet by octet',
        server: {
          messages: awkward.filter(({ content }) => content.length < 1000),
          faults: { bytewise: true },
        },
        expected: awkward.filter(({ content }) => content.length < 1000),
        stored: 6,
      },
    ],
    0,
  ));

test('what may be over by the next poll is exit status 75, and the next poll makes up for it', () =>
  pollAll(
    [
      {
        title: 'greeting SYS TEMP',
        server: answers({ greeting: '-ERR [SYS/TEMP] later' }),
        code: 'sys_temp',
        stored: 0,
      },
      {
        title: 'maildrop in use',
        server: answers({ AUTH: '-ERR [IN-USE] busy' }),
        code: 'in_use',
        stored: 0,
      },
      {
        title: 'polled too often',
        server: {
          capabilities: [...usual, 'LOGIN-DELAY 60'],
          faults: { answers: { AUTH: '-ERR [LOGIN-DELAY] no' } },
        },
        code: 'login_delay',
        stored: 0,
      },
      { title: 'UIDL hangs', server: { faults: { stallAt: 'UIDL' } }, code: 'timeout', stored: 0 },
      {
        title: 'every message refused',
        server: answers({ RETR: '-ERR no' }),
        code: 'retrieve_refused',
        stored: 0,
      },
      {
        title: 'one message wants UTF8 mode',
        server: answers({ 'RETR 3': '-ERR [UTF8] in UTF8 mode only' }),
        account: { keep: false },
        code: 'retrieve_refused',
        stored: 2,
      },
      {
        title: 'RETR SYS TEMP',
        server: answers({ 'RETR 2': '-ERR [SYS/TEMP] disk' }),
        code: 'sys_temp',
      },
      {
        title: 'some DELE refused',
        server: answers({ 'DELE 2': '-ERR no' }),
        account: { keep: false },
        code: 'delete_refused',
        stored: 3,
      },
      {
        title: 'QUIT refused',
        server: answers({ QUIT: '-ERR some deleted messages not removed' }),
        account: { keep: false },
        code: 'sys_temp',
        stored: 3,
      },
      {
        title: 'QUIT not answered',
        server: { faults: { stallAt: 'QUIT' } },
        account: { keep: false },
        code: 'timeout',
        stored: 3,
      },
    ],
    75,
  ));

test('what only its administrator can mend is exit status 69', () =>
  pollAll(
    [
      {
        title: 'greeting SYS PERM',
        server: answers({ greeting: '-ERR [SYS/PERM] closed' }),
        code: 'sys_perm',
        stored: 0,
      },
    ],
    69,
  ));

test('what is not POP3 is exit status 76, and nothing of it is stored', () =>
  pollAll(
    [
      {
        title: 'a greeting of SMTP',
        server: answers({ greeting: '220 mail.example ESMTP' }),
        code: 'protocol',
        stored: 0,
      },
      {
        title: 'a status line of 100 KB',
        server: answers({ STAT: `+OK ${'x'.repeat(100_000)}` }),
        code: 'protocol',
        stored: 0,
      },
      {
        title: 'a CAPA line of 70 KB',
        server: answers({ CAPA: `+OK\r\nX-LONG ${'x'.repeat(70_000)}\r\n.` }),
        code: 'protocol',
        stored: 0,
      },
      {
        title: 'CAPA without end',
        server: answers({ CAPA: `+OK\r\n${`${'x'.repeat(1000)}\r\n`.repeat(1100)}.` }),
        code: 'protocol',
        stored: 0,
      },
      {
        title: 'STAT without numbers',
        server: answers({ STAT: '+OK maildrop ready' }),
        code: 'protocol',
        stored: 0,
      },
      {
        title: 'a unique id of 1 MB',
        server: answers({ UIDL: list(`1 ${'u'.repeat(1e6)}`, '2 b', '3 c') }),
        code: 'protocol',
        stored: 0,
      },
      {
        title: 'more than was asked for',
        server: answers({ STAT: '+OK 3 9\r\n+OK\r\n+OK\r\n.\r\n+OK' }),
        code: 'protocol',
        stored: 0,
      },
      {
        title: 'text behind the terminator',
        server: answers({ 'RETR 3': '+OK\r\nSubject: number 3\r\n.\r\nrest\r\n.' }),
        code: 'protocol',
        stored: 2,
      },
    ],
    76,
  ));
