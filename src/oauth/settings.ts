import type { SocksProxy } from '../net/proxy.ts';
import type { SecuritySettings } from '../net/security.ts';
import type { Secret } from '../util/secret.ts';

/** Who hands out the tokens, to which client, and what for. */
export interface TokenSettings {
  readonly server: ServerSettings;
  readonly clientId: string;
  readonly clientSecret: (() => Promise<Secret>) | undefined;
  /** Separated by spaces; empty: what the server gives. */
  readonly scope: string;
}

export type ServerSettings =
  /** What is there is looked up at the issuer (RFC 8414, OpenID Connect Discovery). */
  | { readonly kind: 'issuer'; readonly issuer: string }
  | {
      readonly kind: 'known';
      readonly issuer: string;
      readonly authorization: string;
      readonly token: string;
      readonly device: string | undefined;
      readonly revocation: string | undefined;
      /** Asked for beside the usual when somebody gives consent. */
      readonly extra: Readonly<Record<string, string>>;
    };

/** How authorization servers are reached. */
export interface WayThere {
  /** ms for each wait on the network. */
  readonly timeout: number;
  readonly proxy: SocksProxy | undefined;
  /** Address of this computer to connect from. */
  readonly bind: string | undefined;
  readonly security: SecuritySettings;
}
