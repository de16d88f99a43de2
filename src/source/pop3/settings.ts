import type { Secret } from '../../util/secret.ts';

/** How to reach one maildrop. */
export interface Pop3Settings {
  readonly host: string;
  readonly port: number;
  /** on: TLS from the first octet; starttls: STLS must succeed before anything else; off: for loopback. */
  readonly tls: 'on' | 'starttls' | 'off';
  readonly tlsSettings: {
    /** File with PEM certificates that replace the system's. */
    readonly ca: string | undefined;
    /** SHA-256 of the server's certificate in hex; replaces CA and name checks. */
    readonly fingerprint: string | undefined;
  };
  readonly user: string;
  /** Asked once a session, before the server is contacted. */
  readonly password: () => Promise<Secret>;
  /** ms for each wait on the network. */
  readonly timeout: number;
  /** auto: what CAPA says. */
  readonly pipelining: 'auto' | 'on' | 'off';
  /** ms for the whole session, whatever happens in it. */
  readonly sessionDeadline?: number;
  /** Allows the password to cross a network in the clear. */
  readonly insecure?: boolean;
}
