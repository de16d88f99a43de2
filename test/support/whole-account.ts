import { join } from 'node:path';
import { destinationOf } from '../../src/destination/kinds.ts';
import type { PollAccount } from '../../src/poll/poll.ts';
import { pop3Source } from '../../src/source/pop3/source.ts';
import { openJournalStore } from '../../src/state/journal-seen-store.ts';
import { Secret } from '../../src/util/secret.ts';
import { plainPolicy } from './policy.ts';
import { surroundingsIn } from './surroundings.ts';

export interface WholeAccountParts {
  readonly server: { readonly port: number; readonly user: string; readonly password: string };
  /** For the Maildir, and for the state beside it. */
  readonly folder: string;
  readonly keep: boolean;
  readonly pipelining: 'auto' | 'off';
  /** ms */
  readonly timeout: number;
  readonly now: () => number;
}

const never = new AbortController().signal;

/** An account of the real parts, from the wire to the Maildir, in this process: thousands of them take no minutes. */
export function wholeAccount(parts: WholeAccountParts): PollAccount {
  const { server, folder, keep, pipelining, timeout, now } = parts;
  const { port, user, password } = server;
  const host = '127.0.0.1';
  const maildir = { kind: 'maildir', path: join(folder, 'Maildir'), label: 'Maildir/' } as const;
  return {
    name: 'a',
    source: pop3Source({
      host,
      port,
      tls: 'off',
      tlsSettings: { ca: undefined, fingerprint: undefined },
      user,
      password: () => Promise.resolve(new Secret(password)),
      timeout,
      pipelining,
    }),
    destinationLabel: 'Maildir/',
    destination: (storeId) =>
      destinationOf(maildir, { account: 'a', storeId }, surroundingsIn(folder)),
    openStore: () =>
      openJournalStore({
        directory: join(folder, 'state'),
        account: 'a',
        now,
        wait: 0,
        signal: never,
        lock: true,
      }),
    policy: { ...plainPolicy, keep },
    envelope: { account: 'a', host, user, protocol: 'POP3', trace: false },
  };
}
