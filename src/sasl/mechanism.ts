/** One run of a SASL mechanism (RFC 4422), client's side. Octets in and out; base64 is the protocol's business. */
export interface SaslExchange {
  readonly mechanism: string;
  /** What the client says first; undefined where the server has to begin. */
  readonly initial: Uint8Array | undefined;
  /** Answers a challenge; undefined: this makes no sense, cancel. */
  respond(challenge: Uint8Array): Uint8Array | undefined;
}
