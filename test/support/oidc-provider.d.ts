/** As much of oidc-provider as the tests' authorization server uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Stored {
    /** Of an opaque token, the token itself. */
    readonly jti: string;
    readonly grantId?: string;
    destroy(): Promise<void>;
  }

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): (request: IncomingMessage, answer: ServerResponse) => void;
    on(
      event: 'grant.success',
      listener: (context: {
        readonly oidc: { readonly params: Readonly<Record<string, unknown>> };
      }) => void,
    ): this;
    on(event: string, listener: (stored: Stored) => void): this;
    readonly AccessToken: { find(token: string): Promise<Stored | undefined> };
    readonly Grant: { find(id: string): Promise<Stored | undefined> };
  }
}
