import type { SocksProxy } from '../../net/proxy.ts';
import type { SecuritySettings } from '../../net/security.ts';
import type { Secret } from '../../util/secret.ts';

/** Ways to log in: USER and PASS, APOP, and SASL mechanisms. */
export type AuthMethod =
  | 'user'
  | 'apop'
  | 'plain'
  | 'login'
  | 'cram-md5'
  | 'scram-sha-1'
  | 'scram-sha-256'
  | 'xoauth2'
  | 'oauthbearer'
  | 'external';

/** How to reach one maildrop. */
export interface Pop3Settings {
  readonly host: string;
  readonly port: number;
  /** on: TLS from the first octet; starttls: STLS must succeed before anything else; off: for loopback. */
  readonly tls: 'on' | 'starttls' | 'off';
  readonly tlsSettings: SecuritySettings;
  readonly user: string;
  /** Password or access token. Asked once a session, before the server is contacted; not at all for `external`. */
  readonly password: () => Promise<Secret>;
  /** auto (the default): the best that is offered for a password; token: for an access token. */
  readonly auth?: AuthMethod | 'auto' | 'token';
  /** ms for each wait on the network. */
  readonly timeout: number;
  /** auto: what CAPA says. */
  readonly pipelining: 'auto' | 'on' | 'off';
  /** ms for the whole session, whatever happens in it. */
  readonly sessionDeadline?: number;
  /** Allows the password to cross a network in the clear. */
  readonly insecure?: boolean;
  /** Through which the server is reached. */
  readonly proxy?: SocksProxy | undefined;
  /** Address of this computer to connect from. */
  readonly bind?: string | undefined;
}
