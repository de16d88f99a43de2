/** One run of a SASL mechanism (RFC 4422), client's side. Octets in and out; base64 is the protocol's business. */
export interface SaslExchange {
  readonly mechanism: string;
  /** What the client says first; undefined where the server has to begin. */
  readonly initial: Uint8Array | undefined;
  /** Whether servers are known that refuse an initial response in the same line as the mechanism's name. */
  readonly waitsForPrompt?: boolean;
  /** Answers a challenge, which may be anything: it comes from the server. */
  respond(challenge: Uint8Array): Answer | Promise<Answer>;
  /**
   * Why the server's success is not to be believed; undefined where it is. Only a mechanism in which the server has
   * to prove itself ever says something.
   */
  doubt?(): string | undefined;
}

/** Octets to send, or why the exchange is given up, in words that follow 'login to HOST failed:'. */
export type Answer = Uint8Array | { readonly cancel: string };

/** What a mechanism says to a challenge that cannot be one of its own. */
export const senseless: Answer = { cancel: 'the server asked something that makes no sense' };
