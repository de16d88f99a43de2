import type { Certificates } from './dovecot-certificates.ts';
import type { SeedMessage } from './dovecot-maildir.ts';

/** A real POP3 server of one's own on free ports of 127.0.0.1. Disposing ends it and removes all that it wrote. */
export interface RealServer extends AsyncDisposable {
  /** Without encryption. */
  readonly pop3Port: number;
  /** Implicit TLS, where the server can. */
  readonly pop3sPort: number | undefined;
  readonly certificates: Certificates;
  /** Puts messages straight into a user's maildrop, in this order; not while a session is open. */
  seed(user: string, messages: Iterable<SeedMessage>): void;
  /** What this server sends for each message, read by a client that shares no code with popfetch. */
  read(user: string): Promise<readonly Buffer[]>;
  log(): string;
}

export interface RealServerOptions {
  /** Login name → password. Names become folder names; passwords must do without colons. */
  readonly users: Readonly<Record<string, string>>;
}
