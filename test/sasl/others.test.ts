import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { apopDigest, timestampIn } from '../../src/sasl/apop.ts';
import { cramMd5 } from '../../src/sasl/cram-md5.ts';
import { external } from '../../src/sasl/external.ts';
import { login } from '../../src/sasl/login.ts';
import { type Answer, senseless } from '../../src/sasl/mechanism.ts';
import { oauthBearer } from '../../src/sasl/oauthbearer.ts';
import { xoauth2 } from '../../src/sasl/xoauth2.ts';
import { Secret } from '../../src/util/secret.ts';

const token = new Secret('vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==');

describe('CRAM-MD5', () => {
  const tim = (): ReturnType<typeof cramMd5> => cramMd5('tim', new Secret('tanstaaftanstaaf'));

  test('gives the answer of RFC 2195 §2, and only one', () => {
    const exchange = tim();
    assert.equal(exchange.initial, undefined);
    const challenge = Buffer.from('<1896.697170952@postoffice.reston.mci.net>');
    assert.equal(textOf(exchange.respond(challenge)), 'tim b913a602c7eda7a495b4e6e7334d3890');
    assert.equal(exchange.respond(challenge), senseless);
  });

  test('does not answer an empty challenge, which is the same for everybody', () => {
    assert.equal(tim().respond(new Uint8Array()), senseless);
  });
});

describe('APOP', () => {
  test('gives the digest of RFC 1939 §7', () => {
    const timestamp = timestampIn('+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>');
    assert.equal(timestamp, '<1896.697170952@dbc.mtview.ca.us>');
    const digest = apopDigest(timestamp, new Secret('tanstaaf'));
    assert.equal(digest, 'c4c9334bac560ecc979e58001b3e22fb');
  });

  for (const greeting of [
    '+OK ready',
    '+OK <>',
    '+OK <no-at-sign>',
    '+OK <a@>',
    '+OK <@b>',
    '+OK <a b@c>',
    '+OK <a@b@c>',
    '+OK <\u0001@host>',
    '+OK <\u00ff\u00fe@host>',
    '+OK <a@ho\u0080st>',
    `+OK ${'<a'.repeat(30_000)}`,
  ]) {
    test(`takes nothing for a time stamp that is no message-id: ${JSON.stringify(greeting.slice(0, 30))}`, () => {
      assert.equal(timestampIn(greeting), undefined);
    });
  }

  for (const timestamp of ['<4b2f.2.5e+Zg/w==@host>', '<1.2@[127.0.0.1]>', '<a@b.c>'])
    test(`takes ${timestamp} for a time stamp`, () =>
      assert.equal(timestampIn(`+OK ${timestamp} ready`), timestamp));
});

test('LOGIN says login and password in this order, whatever is asked, and nothing more', () => {
  const exchange = login('jö', new Secret('pä ss'));
  assert.equal(exchange.initial, undefined);
  const answers = ['Username:', 'Password:'].map((prompt) =>
    textOf(exchange.respond(Buffer.from(prompt))),
  );
  assert.deepEqual(answers, ['jö', 'pä ss']);
  assert.equal(exchange.respond(Buffer.from('Token:')), senseless);
});

test('EXTERNAL names the maildrop', () => {
  const exchange = external('joe@example.org');
  assert.equal(textOf(exchange.initial), 'joe@example.org');
  assert.equal(exchange.respond(Buffer.from('?')), senseless);
});

test('XOAUTH2 says the token as Google describes it, and answers an error with nothing', () => {
  const exchange = xoauth2(
    'someuser@example.com',
    new Secret('ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg'),
  );
  const base64 = Buffer.from(exchange.initial ?? []).toString('base64');
  assert.equal(
    base64,
    'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
  );
  assert.equal(textOf(exchange.respond(Buffer.from('{"status":"401"}'))), '');
});

test('OAUTHBEARER says the token as RFC 7628 §4.1 does, and answers an error with AQ==', () => {
  const server = { host: 'server.example.com', port: 143 };
  const exchange = oauthBearer('user@example.com', token, server);
  assert.equal(
    Buffer.from(exchange.initial ?? []).toString('base64'),
    'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2c9PQEB',
  );
  const answer = textOf(exchange.respond(Buffer.from('{"status":"invalid_token"}')));
  assert.equal(Buffer.from(answer).toString('base64'), 'AQ==');
});

function textOf(answer: Answer | Promise<Answer> | undefined): string {
  assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
  return Buffer.from(answer).toString('utf8');
}
