import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/errors.ts';
import { refuseClearText } from '../../../src/source/pop3/clear-text.ts';
import { settingsFor } from './support.ts';

const cases = [
  ['off', undefined, '127.0.0.1', true],
  ['off', undefined, '::1', true],
  ['off', undefined, '192.0.2.1', false],
  ['off', undefined, undefined, false],
  ['off', false, '192.0.2.1', false],
  ['off', true, '192.0.2.1', true],
  ['on', undefined, '192.0.2.1', true],
  ['starttls', undefined, '192.0.2.1', true],
] as const;
for (const [tls, insecure, address, allowed] of cases) {
  test(`a password ${allowed ? 'goes' : 'does not go'} to ${address} (tls ${tls}, insecure ${insecure})`, () => {
    const server = { host: 'localhost', port: 110, ca: '' };
    const settings = settingsFor(server, { tls, ...(insecure !== undefined && { insecure }) });
    const attempt = (): void => refuseClearText(settings, address);
    if (allowed) attempt();
    else
      assert.throws(attempt, (error) => error instanceof Failure && error.code === 'auth_method');
  });
}
