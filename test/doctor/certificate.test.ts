import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateFinding } from '../../src/doctor/certificate.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 5, 15);

function found(validFrom: number, validTo: number): string {
  const certificate = { subject: 'pop.example', issuer: 'R3', validFrom, validTo };
  const { level, text } = certificateFinding({ kind: 'tls', version: 'TLSv1.3', certificate }, now);
  return `${level}: ${text.replace('TLSv1.3, certificate of pop.example by R3, ', '')}`;
}

test('a certificate is told of from a fortnight before its end', () => {
  assert.equal(found(now - day, now + 14 * day), 'ok: 14 days left');
  assert.equal(found(now - day, now + 14 * day - 1), 'warn: 13 days left');
  assert.equal(found(now - day, now + day), 'warn: 1 day left');
});

test('one that is pinned may be out of date, which is told', () => {
  assert.equal(found(now - 9 * day, now - day), 'warn: expired on 2026-06-14');
  assert.equal(found(now + day, now + 9 * day), 'warn: not valid before 2026-06-16');
});
