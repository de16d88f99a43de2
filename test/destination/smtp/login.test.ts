import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { SmtpSettings } from '../../../src/destination/smtp/smtp.ts';
import type { FailureCode } from '../../../src/errors.ts';
import { Secret } from '../../../src/util/secret.ts';
import { message, plain } from '../../contract/destination.ts';
import { authorityPath, certificate } from '../../support/certificates.ts';
import type { MailServerOptions } from '../../support/mail-server.ts';
import { type SmtpPlace, smtpPlace } from './place.ts';

const joe = { user: 'joe', password: 'tanstaaf-9' };

function loginAs({ user, password }: typeof joe): Pick<SmtpSettings, 'login'> {
  return { login: { user, password: async () => new Secret(password) } };
}

const trusted = { authorities: async () => [readFileSync(authorityPath())] };

describe('a mail server that wants a login', () => {
  const ways: readonly [string, Partial<MailServerOptions>, SmtpSettings['tls']][] = [
    ['behind STARTTLS', { starttls: true, certificate: certificate('server') }, 'starttls'],
    ['with TLS from the first octet', { tls: true, certificate: certificate('server') }, 'on'],
    ['on this computer without TLS', {}, 'auto'],
  ];
  for (const [way, options, tls] of ways)
    it(`gets it ${way}`, async () => {
      await using place = await smtpPlace({ protocol: 'smtp', login: joe, ...options });
      assert.equal(await sent(place, { tls, ...trusted, ...loginAs(joe) }), undefined);
      const [received] = place.server.received;
      assert.deepEqual([received?.user, received?.secure], ['joe', tls !== 'auto']);
    });

  it('and does not take it ends the poll, and the words tell no password', async () => {
    await using place = await smtpPlace({ protocol: 'smtp', login: joe });
    const failure = await sent(place, loginAs({ user: 'joe', password: 'wrong-8' }));
    assert.equal(failure?.code, 'auth');
    assert.match(failure.facts.serverSaid ?? '', /^535 /);
    assert.doesNotMatch(JSON.stringify(failure) + failure.message, /wrong-8|d3Jvbmct/);
  });

  /** Which server, what is demanded, and what is wrong. */
  const refused: readonly [Partial<MailServerOptions>, Partial<SmtpSettings>, FailureCode][] = [
    [{}, { tls: 'starttls', ...trusted }, 'tls_handshake'],
    [{}, { tls: 'on', ...trusted }, 'tls_handshake'],
    [{ starttls: true }, { tls: 'starttls', ...trusted }, 'tls_verify'],
    [{ starttls: true, certificate: certificate('server') }, { tls: 'starttls' }, 'tls_verify'],
    [
      { starttls: true, certificate: certificate('other') },
      { tls: 'starttls', ...trusted },
      'tls_verify',
    ],
    [{ tls: true, certificate: certificate('expired') }, { tls: 'on', ...trusted }, 'tls_verify'],
  ];
  for (const [at, [options, settings, code]] of refused.entries())
    it(`and is not who it has to be, or does not encrypt, gets none (${at}: ${code})`, async () => {
      await using place = await smtpPlace({ protocol: 'smtp', login: joe, ...options });
      const failure = await sent(place, { ...settings, ...loginAs(joe) });
      assert.equal(failure?.code, code, failure?.message);
      assert.deepEqual(place.server.logins, []);
    });
});

/** Why one message was not taken. */
async function sent(place: SmtpPlace, settings: Partial<SmtpSettings>) {
  const destination = place.destination(settings);
  await destination.prepare();
  const batch = [await destination.accept(message('a', 'x'), plain)];
  assert.deepEqual(await destination.secure(batch), []);
  return (await destination.commit(batch))[0]?.failure;
}
