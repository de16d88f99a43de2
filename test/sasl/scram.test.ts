import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../src/sasl/mechanism.ts';
import { scram } from '../../src/sasl/scram.ts';
import { Secret } from '../../src/util/secret.ts';

const pencil = new Secret('pencil');

interface Vector {
  readonly source: string;
  readonly hash: 'sha1' | 'sha256';
  readonly mechanism: string;
  readonly nonce: string;
  readonly clientFirst: string;
  readonly serverFirst: string;
  readonly clientFinal: string;
  readonly serverFinal: string;
}

const rfc5802: Vector = {
  source: 'RFC 5802 §5',
  hash: 'sha1',
  mechanism: 'SCRAM-SHA-1',
  nonce: 'fyko+d2lbbFgONRv9qkxdawL',
  clientFirst: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
  serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
  clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
  serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
};

const rfc7677: Vector = {
  source: 'RFC 7677 §3',
  hash: 'sha256',
  mechanism: 'SCRAM-SHA-256',
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst:
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};

function start(vector: Vector) {
  return scram(vector.hash, 'user', pencil, 'not to be had', vector.nonce);
}

for (const vector of [rfc5802, rfc7677]) {
  test(`the conversation of ${vector.source} is reproduced`, async () => {
    const exchange = start(vector);
    assert.equal(exchange.mechanism, vector.mechanism);
    assert.equal(textOf(exchange.initial), vector.clientFirst);
    assert.equal(
      textOf(await exchange.respond(Buffer.from(vector.serverFirst))),
      vector.clientFinal,
    );
    assert.match(exchange.doubt?.() ?? '', /did not prove/, 'not believed before its signature');
    assert.equal(textOf(await exchange.respond(Buffer.from(vector.serverFinal))), '');
    assert.equal(exchange.doubt?.(), undefined);
  });
}

for (const wrong of [
  'v=AAAApqV8S7suAoZWja4dJRkFsKQ=',
  'v=rmF9pqV8S7suAoZWja4dJRkFsA==',
  'v=',
  '',
  'e=invalid-proof',
]) {
  test(`a server that signs with ${wrong || 'nothing'} is not believed`, async () => {
    const exchange = start(rfc5802);
    await exchange.respond(Buffer.from(rfc5802.serverFirst));
    assert.ok('cancel' in (await exchange.respond(Buffer.from(wrong))));
    assert.match(exchange.doubt?.() ?? '', /did not prove/);
  });
}

const { nonce } = rfc5802;
for (const [title, serverFirst] of [
  ['another nonce', 'r=somebodyElsesNonce,s=QSXCR+Q6sek8bf92,i=4096'],
  ['our nonce and nothing of its own', `r=${nonce},s=QSXCR+Q6sek8bf92,i=4096`],
  ['an extension that must be understood', `m=x,r=${nonce}1,s=QSXCR+Q6sek8bf92,i=4096`],
  ['no salt', `r=${nonce}1,i=4096`],
  ['a salt that is not base64', `r=${nonce}1,s=???,i=4096`],
  ['no rounds', `r=${nonce}1,s=QSXCR+Q6sek8bf92,i=0`],
  ['billions of rounds', `r=${nonce}1,s=QSXCR+Q6sek8bf92,i=4294967295`],
  ['nothing', ''],
  ['octets', '\u0000\u00ff'.repeat(2000)],
] as const) {
  test(`a first message of the server with ${title} gets no proof`, async () => {
    assert.ok('cancel' in (await start(rfc5802).respond(Buffer.from(serverFirst))));
  });
}

test('commas and equal signs in a user name are written so that they mean nothing', () => {
  const exchange = scram('sha256', 'a=b,c', pencil, 'not to be had', 'n');
  assert.equal(textOf(exchange.initial), 'n,,n=a=3Db=2Cc,r=n');
});

test('each run has a nonce of its own', () => {
  const [one, other] = [1, 2].map(() =>
    textOf(scram('sha1', 'joe', pencil, 'not to be had').initial),
  );
  assert.notEqual(one, other);
  assert.match(one ?? '', /,r=[\x21-\x2b\x2d-\x7e]{24}$/);
});

function textOf(answer: Answer | undefined): string {
  assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
  return Buffer.from(answer).toString('utf8');
}
