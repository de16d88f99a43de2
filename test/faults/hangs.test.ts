import { test } from 'node:test';
import type { MaildropOptions } from '../support/maildrop-server.ts';
import { type FaultCase, pollAll } from './accounts.ts';

const oneByOne = ['TOP', 'UIDL', 'USER', 'SASL PLAIN', 'RESP-CODES'];
const half = '+OK 57 octets\r\nSubject: number 2\r\n\r\nhalf';

/** Where a server may fall silent, and what it is then like. */
const steps: readonly (readonly [string, MaildropOptions, FaultCase['stored']])[] = [
  ['greeting', { faults: { stallAt: 'greeting' } }, 0],
  ['CAPA', { faults: { stallAt: 'CAPA' } }, 0],
  ['STLS', { tls: 'starttls', faults: { stallAt: 'STLS' } }, 0],
  ['AUTH', { faults: { stallAt: 'AUTH' } }, 0],
  ['STAT', { faults: { stallAt: 'STAT' } }, 0],
  ['LIST', { faults: { stallAt: 'LIST' } }, 0],
  ['UIDL', { faults: { stallAt: 'UIDL' } }, 0],
  ['RETR', { faults: { stallAt: 'RETR 2' } }, undefined],
  [
    'the middle of a message',
    { capabilities: oneByOne, faults: { answers: { 'RETR 2': half } } },
    1,
  ],
  ['DELE', { faults: { stallAt: 'DELE' } }, 3],
  ['QUIT', { faults: { stallAt: 'QUIT' } }, 3],
];

test('a server that falls silent at any step costs its own account the time-out and no other anything', () =>
  pollAll(
    steps.map(([step, server, stored]) => ({
      title: `silent at ${step}`,
      server,
      account: { keep: false },
      code: 'timeout',
      ...(stored === undefined ? {} : { stored }),
    })),
    75,
  ));

test('a line that is cut anywhere, in order or by a reset, loses nothing and doubles nothing', () =>
  pollAll(
    [40, 120, 200, 260, 300, 330, 360, 400, 430, 445, 455].flatMap((cutAfter) =>
      (['fin', 'rst'] as const).map((cutBy) => ({
        title: `cut by ${cutBy} after ${cutAfter}`,
        server: { faults: { cutAfter, cutBy } },
        account: { keep: false },
        code: 'connection_lost',
      })),
    ),
    75,
  ));
