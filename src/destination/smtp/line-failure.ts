import { Failure } from '../../errors.ts';
import type { MailServerSettings } from './mail-server.ts';

/** Why there is no connection to hand mail over, or none any more. */
export function lineFailure(
  error: unknown,
  { address }: MailServerSettings,
  signal: AbortSignal,
): Failure {
  // Ours knows why, and not where.
  if (error instanceof Failure && error.code !== 'tls_handshake') return error;
  if (signal.aborted) return new Failure('interrupted', 'stopped while mail was handed over');
  const reason = error instanceof Error ? error.message : String(error);
  const where = 'path' in address ? { host: address.path } : address;
  const facts = { phase: 'deliver', reason, ...where } as const;
  const { code, originalCode, responseCode, response } = fieldsOf(error);
  const said = typeof response === 'string' ? { serverSaid: response } : {};
  // RFC 4954 §6: 4xx is for now; so is a method that the server did not offer just now.
  if (code === 'EAUTH' && typeof responseCode === 'number' && responseCode >= 500) {
    const whose = 'the mail server refused user or password';
    const refused = { phase: 'deliver', reason: whose, host: where.host, ...said } as const;
    return new Failure('auth', reason, refused, error);
  }
  if (isAboutCertificate(originalCode ?? code))
    return new Failure('tls_verify', reason, facts, error);
  if (code === 'ETLS' || isAboutTls(originalCode) || error instanceof Failure)
    return new Failure('tls_handshake', reason, { ...facts, ...said }, error);
  return new Failure('connect', reason, { ...facts, ...said }, error);
}

/** What the library adds to its errors; `originalCode` is the system's. */
function fieldsOf(error: unknown) {
  const field = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return {
    code: field('code'),
    originalCode: field('originalCode'),
    responseCode: field('responseCode'),
    response: field('response'),
  };
}

/** As Node names what broke the handshake: `ERR_SSL_WRONG_VERSION_NUMBER` where the server does not speak TLS. */
function isAboutTls(code: unknown): boolean {
  return typeof code === 'string' && /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code);
}

/** As Node names what OpenSSL found: `SELF_SIGNED_CERT_IN_CHAIN`, `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
function isAboutCertificate(code: unknown): boolean {
  return typeof code === 'string' && /CERT|UNABLE_TO_/.test(code);
}
