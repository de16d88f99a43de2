import type { Dovecot } from '../support/dovecot.ts';
import type { PopfetchHome } from '../support/run-popfetch.ts';
import type { NamedMessage } from './messages.ts';

/** Login names and passwords of the servers in these tests. */
export const users = { ann: 'ann-has-a-secret', bob: 'bob-has-another' } as const;

export type User = keyof typeof users;

/** An account over implicit TLS that keeps its mail on the server, as the configuration has it. */
export function accountOf(
  server: Dovecot,
  user: User,
  home: PopfetchHome,
  changes: Readonly<Record<string, unknown>> = {},
): object {
  return {
    host: '127.0.0.1',
    port: server.pop3sPort,
    tls: 'on',
    tlsCa: server.certificates.caFile,
    user,
    password: users[user],
    deliver: `${home.path('Maildir', user)}/`,
    keep: true,
    trace: false,
    ...changes,
  };
}

export function smallMessage(number: number): NamedMessage {
  const text = `From: ann@example.org\r\nSubject: number ${number}\r\n\r\nHello ${number}\r\n`;
  return { name: `number ${number}`, bytes: Buffer.from(text) };
}
