import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/errors.ts';
import { privacyOf } from '../../../src/source/pop3/clear-text.ts';
import type { Privacy } from '../../../src/source/pop3/login-method.ts';
import { settingsFor } from './support.ts';

const cases = [
  ['off', undefined, '127.0.0.1', 'local'],
  ['off', undefined, '::1', 'local'],
  ['off', true, '127.0.0.1', 'local'],
  ['off', undefined, '192.0.2.1', undefined],
  ['off', undefined, undefined, undefined],
  ['off', false, '192.0.2.1', undefined],
  ['off', true, '192.0.2.1', 'open'],
  ['on', undefined, '192.0.2.1', 'encrypted'],
  ['starttls', undefined, '192.0.2.1', 'encrypted'],
] as const;
for (const [tls, insecure, address, allowed] of cases) {
  test(`a password ${allowed ? 'goes' : 'does not go'} to ${address} (tls ${tls}, insecure ${insecure})`, () => {
    const server = { host: 'localhost', port: 110, ca: '' };
    const settings = settingsFor(server, { tls, ...(insecure !== undefined && { insecure }) });
    const attempt = (): Privacy => privacyOf(settings, address);
    if (allowed) assert.equal(attempt(), allowed);
    else
      assert.throws(attempt, (error) => error instanceof Failure && error.code === 'auth_method');
  });
}

test('behind a proxy on this computer nobody knows how far the password goes', () => {
  const server = { host: '127.0.0.1', port: 110, ca: '' };
  const proxy = { host: '127.0.0.1', port: 1080, resolves: 'there' } as const;
  const settings = settingsFor(server, { tls: 'off', proxy });
  assert.throws(
    () => privacyOf(settings, '127.0.0.1'),
    (error) => error instanceof Failure && error.code === 'auth_method',
  );
  assert.equal(privacyOf({ ...settings, insecure: true }, '127.0.0.1'), 'open');
});
