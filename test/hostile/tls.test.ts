import { describe, test } from 'node:test';
import type { Step } from '../support/scripted-server.ts';
import { type Case, pollBeside } from './poll-beside.ts';

const greeting: Step = { send: '+OK ready\r\n' };
const stls: Step = { expect: 'STLS' };
const starttls = { tls: 'starttls' } as const;

/** RELIABILITY: the scenarios of 'Why TLS is better without STARTTLS', and certificates. */
const cases: readonly Case[] = [
  ...[
    ['STLS is refused', '-ERR unknown command\r\n'],
    ['STLS is refused as done already', '-ERR [SYS/TEMP] TLS already active\r\n'],
    ['the answer to STLS is followed by another', '+OK begin\r\n+OK\r\n'],
    ['twelve answers follow the one to STLS', `+OK begin\r\n${'+OK\r\n'.repeat(12)}`],
    ['half a line follows the answer to STLS', '+OK begin\r\n+OK [AUTH'],
    [
      'a whole session follows the answer to STLS',
      '+OK begin\r\n+OK\r\nSASL PLAIN\r\n.\r\n+OK\r\n+OK 0 0\r\n',
    ],
  ].map(
    ([title = '', answer = '']): Case => ({
      title,
      account: starttls,
      script: [greeting, stls, { send: answer }, { startTls: 'server' }],
      status: 76,
      code: 'tls_handshake',
      says: /cannot set up TLS with localhost:\d+ \(the server (?:refuses STLS|said more than its answer to STLS)\)/,
    }),
  ),
  {
    title: 'another answer comes in a segment of its own, before the handshake',
    account: starttls,
    script: [
      greeting,
      stls,
      { send: '+OK begin\r\n' },
      { expectOctets: true },
      { send: '+OK\r\n' },
    ],
    status: 76,
    code: 'tls_handshake',
    says: /cannot set up TLS with \S+ \(what came behind the answer to STLS is not TLS\)/,
  },
  {
    title: 'the greeting comes with an answer to STLS',
    account: starttls,
    script: [
      { send: '+OK ready\r\n+OK begin\r\n' },
      { expectOctets: true },
      { startTls: 'server' },
    ],
    status: 76,
    code: 'protocol',
    says: /nobody asked for/,
  },
  {
    title: 'the greeting claims that we are logged in',
    account: starttls,
    script: [
      { send: '+OK [PREAUTH] joe is logged in, 0 messages\r\n' },
      stls,
      { send: '-ERR already logged in\r\n' },
    ],
    status: 76,
    code: 'tls_handshake',
    says: /refuses STLS/,
  },
  {
    title: 'the handshake after STLS never begins',
    account: { ...starttls, timeout: '1s' },
    script: [greeting, stls, { send: '+OK begin\r\n' }],
    status: 75,
    code: 'timeout',
    says: /no answer from localhost for 1 s/,
  },
  {
    title: 'a TLS alert comes in place of the handshake',
    account: starttls,
    script: [
      greeting,
      stls,
      { send: '+OK begin\r\n' },
      { expectOctets: true },
      { send: Buffer.from([0x15, 3, 3, 0, 2, 2, 40]) },
    ],
    status: 76,
    code: 'tls_handshake',
    says: /the server ended the handshake/,
  },
  {
    title: 'the line is cut in the handshake',
    account: starttls,
    script: [greeting, stls, { send: '+OK begin\r\n' }, { expectOctets: true }, { cut: 'rst' }],
    status: 75,
    code: 'connection_lost',
    says: /connection to localhost lost/,
  },
  ...(
    [
      [
        'for another host',
        'other',
        /the certificate of localhost is for mail\.hoster\.example, \*\.hoster\.example/,
      ],
      ['for any host', 'star', /the certificate of localhost is for \*, \*\.example, l\*/],
      ['for another host, with the right common name', 'alias', /is for mail\.hoster\.example/],
      ['expired', 'expired', /is not trusted: it has expired \(Feb {2}1 00:00:00 2020 GMT\)/],
      [
        'not yet valid',
        'early',
        /is not trusted: it is not valid yet \(Jan {2}1 00:00:00 2100 GMT\)/,
      ],
      ['signed by itself', 'self', /is not trusted: it is self-signed/],
      ['for clients only', 'client', /is not trusted: it is not a server certificate/],
    ] as const
  ).flatMap(([title, startTls, says]): readonly Case[] => [
    {
      title: `the certificate is ${title}`,
      account: {},
      script: [{ startTls }, greeting],
      status: 76,
      code: 'tls_verify',
      says,
    },
    {
      title: `the certificate after STLS is ${title}`,
      account: starttls,
      script: [greeting, stls, { send: '+OK begin\r\n' }, { startTls }],
      status: 76,
      code: 'tls_verify',
      says,
    },
  ]),
  {
    title: 'the certificate is of an authority that this system does not know',
    account: { tlsCa: '/etc/ssl/certs/ca-certificates.crt' },
    script: [{ startTls: 'server' }, greeting],
    status: 76,
    code: 'tls_verify',
    says: /it was issued by an unknown authority \(popfetch test authority\)/,
  },
  {
    title: 'the certificate is good, but not the pinned one',
    account: { tlsFingerprint: 'a1'.repeat(32) },
    script: [{ startTls: 'server' }, greeting],
    status: 76,
    code: 'tls_verify',
    says: /its fingerprint is not the pinned one/,
  },
  {
    title: 'the server knows nothing newer than TLS 1.1',
    account: {},
    // The alert protocol_version (RFC 8446 §6); test/net has such a server.
    script: [{ expectOctets: true }, { send: Buffer.from([0x15, 3, 2, 0, 2, 2, 70]) }],
    status: 76,
    code: 'tls_handshake',
    says: /the server offers nothing newer than TLS 1\.1/,
  },
  {
    title: 'the port for TLS speaks in the clear',
    account: {},
    script: [greeting],
    status: 76,
    code: 'tls_handshake',
    says: /the port does not speak TLS.*set tls: starttls/s,
  },
  {
    title: 'the port for STLS speaks TLS from the start',
    account: { ...starttls, timeout: '1s' },
    script: [{ startTls: 'server' }, greeting],
    status: 75,
    code: 'timeout',
    says: /If this port speaks TLS from the start, set tls: on/,
  },
];

describe('a hostile line', { concurrency: 3 }, () => {
  for (const hostile of cases) test(hostile.title, () => pollBeside(hostile));
});
