import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { certificatePaths } from '../support/certificates.ts';
import type { Step } from '../support/scripted-server.ts';
import { type Case, type Outcome, pollBeside } from './poll-beside.ts';

/** A greeting inside TLS. */
const greeted = (line: string): readonly Step[] => [
  { startTls: 'server' },
  { send: `${line}\r\n` },
];

/** As far as the login, inside TLS. */
const asked = (capabilities: string, ...login: readonly Step[]): readonly Step[] => [
  ...greeted('+OK ready'),
  { expect: 'CAPA' },
  { send: `+OK\r\n${capabilities}\r\n.\r\n` },
  ...login,
];

const onceTried = ({ server }: Outcome): void => {
  assert.equal(server.encrypted.match(/^(?:AUTH|USER|PASS|APOP)/gm)?.length, 1, server.encrypted);
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const client = certificatePaths('client');

const cases: readonly (Case & { readonly look?: (outcome: Outcome) => void })[] = [
  ...(
    [
      ['-ERR [AUTH] no such user', 77, 'auth', /login refused by localhost/],
      ['-ERR no', 77, 'auth', /login refused by localhost/],
      ['-ERR [SYS/TEMP] the directory is down', 75, 'sys_temp', /temporary problem/],
      ['-ERR [SYS/PERM] the account is closed', 69, 'sys_perm', /until somebody there acts/],
      ['-ERR [IN-USE] locked', 75, 'in_use', /in use by another session/],
      ['-ERR [LOGIN-DELAY] wait', 75, 'login_delay', /wants to be polled less often/],
    ] as const
  ).map(([answer, status, code, says]) => ({
    title: `the login is answered ${answer}`,
    account: {},
    script: asked(
      'USER\r\nSASL PLAIN LOGIN',
      { expect: /^AUTH PLAIN / },
      { send: `${answer}\r\n` },
    ),
    status,
    code,
    says,
    sends: 'inside TLS' as const,
    look: onceTried,
  })),
  {
    title: 'the line is closed instead of an answer to the login',
    account: {},
    script: asked('USER\r\nSASL PLAIN LOGIN', { expect: /^AUTH PLAIN / }, { cut: 'fin' }),
    status: 75,
    code: 'connection_lost',
    says: /connection to localhost lost/,
    sends: 'inside TLS',
    look: onceTried,
  },
  ...(
    [
      ['-ERR [SYS/TEMP] later', 75, 'sys_temp'],
      ['-ERR [SYS/PERM] closed', 69, 'sys_perm'],
      ['-ERR [IN-USE] busy', 75, 'in_use'],
      ['-ERR [LOGIN-DELAY] too soon', 75, 'login_delay'],
      ['-ERR [AUTH] not you', 77, 'auth'],
      ['-ERR go away', 75, 'sys_temp'],
      ['* PREAUTH logged in', 76, 'protocol'],
    ] as const
  ).map(([line, status, code]) => ({
    title: `the greeting is ${line}`,
    account: {},
    script: greeted(line),
    status,
    code,
    says: new RegExp(`it said: ${line.replace(/[[\]*]/g, '\\$&')}`),
  })),
  {
    title: 'what is offered is weaker than what was named',
    account: { auth: 'scram-sha-256' },
    script: asked('USER\r\nSASL PLAIN SCRAM-SHA-1'),
    status: 77,
    code: 'auth_method',
    says: /cannot log in to localhost: it offers PLAIN, SCRAM-SHA-1 and USER\/PASS, wanted is SCRAM-SHA-256/,
  },
  {
    title: 'the challenge is not base64',
    account: { auth: 'cram-md5' },
    script: [
      ...asked('SASL CRAM-MD5', { expect: 'AUTH CRAM-MD5' }, { send: '+ -ERR what?\r\n' }),
      { expect: '*' },
      { send: '-ERR cancelled\r\n' },
    ],
    status: 77,
    code: 'auth',
    says: /login to localhost failed: the server sent a challenge that is not base64/,
    sends: 'inside TLS',
    look: ({ server }) => assert.ok(server.encrypted.endsWith('AUTH CRAM-MD5\r\n*\r\n')),
  },
  ...(
    [
      ['xoauth2', ''],
      ['oauthbearer', 'AQ=='],
    ] as const
  ).map(([auth, dummy]) => ({
    title: `an access token is refused with reasons in JSON: ${auth}`,
    account: { auth },
    script: asked(
      `SASL ${auth.toUpperCase()}`,
      { expect: `AUTH ${auth.toUpperCase()}` },
      { send: '+ \r\n' },
      { expect: /./ },
      { send: `+ ${base64('{"status":"invalid_token"}')}\r\n` },
      { expect: dummy },
      { send: '-ERR [AUTH] token out of date\r\n' },
    ),
    status: 77,
    code: 'auth',
    says: /it said: -ERR \[AUTH\] token out of date\n +The access token was not accepted/,
    sends: 'inside TLS' as const,
    look: ({ server }: Outcome) => assert.deepEqual(server.surprises, []),
  })),
  {
    title: 'the password holds a line end',
    account: { password: { env: 'POP_PASSWORD' } },
    options: { env: { POP_PASSWORD: 'one\r\nDELE 1' } },
    script: greeted('+OK ready'),
    status: 78,
    code: 'config',
    says: /holds a line end/,
  },
  {
    title: 'the password command fails',
    account: { password: { command: 'echo first >&2; echo the agent is locked >&2; exit 3' } },
    script: greeted('+OK ready'),
    status: 75,
    code: 'secret_unavailable',
    says: /cannot get the password: .*the agent is locked/,
    look: ({ server }) => assert.equal(server.clear, '', 'who has no password does not knock'),
  },
  {
    title: 'the client certificate is missing',
    account: { tlsCert: '/no/such/client.pem' },
    script: greeted('+OK ready'),
    status: 78,
    code: 'config',
    says: /cannot read \/no\/such\/client\.pem: no such file/,
    look: ({ server }) => assert.equal(server.clear, ''),
  },
  {
    title: 'the key belongs to another certificate',
    account: { tlsCert: client.certificate, tlsKey: certificatePaths('server').key },
    script: greeted('+OK ready'),
    status: 78,
    code: 'config',
    says: /cannot use \S+server\.key: the key does not belong to the certificate in \S+client\.pem/,
    look: ({ server }) => assert.equal(server.clear, ''),
  },
  {
    title: 'the file of the certificate has no key',
    account: { tlsCert: client.certificate },
    script: greeted('+OK ready'),
    status: 78,
    code: 'config',
    says: /it holds no key that needs no passphrase/,
  },
];

describe('a hostile or unlucky login', { concurrency: 3 }, () => {
  for (const { look, ...hostile } of cases) test(hostile.title, () => pollBeside(hostile, look));
});
