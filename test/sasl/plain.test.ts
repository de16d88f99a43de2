import assert from 'node:assert/strict';
import { test } from 'node:test';
import { senseless } from '../../src/sasl/mechanism.ts';
import { plain } from '../../src/sasl/plain.ts';
import { Secret } from '../../src/util/secret.ts';

test('PLAIN says login and password in UTF-8, behind an empty authorization identity', () => {
  const exchange = plain('jö', new Secret('pä ss'));
  assert.equal(Buffer.from(exchange.initial ?? []).toString('utf8'), '\0jö\0pä ss');
});

test('PLAIN answers no challenge', () => {
  assert.equal(plain('joe', new Secret('x')).respond(Buffer.from('more?')), senseless);
});
