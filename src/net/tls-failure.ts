import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Failure } from '../errors.ts';
import { codeOf, reasonOf } from './reason.ts';

const unknownAuthority = 'it was issued by an unknown authority';

/** Characters shown of a name in a certificate, which may say anything. */
const longestName = 100;

/** OpenSSL's verdicts on a certificate, in words that follow 'the certificate of HOST is not accepted:'. */
const verdicts: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_REVOKED: 'it was revoked',
  INVALID_PURPOSE: 'it is not a server certificate',
  INVALID_CA: 'it was issued by a certificate that may not issue any',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  CERT_CHAIN_TOO_LONG: 'its chain is too long',
};

const pin = 'If you know the certificate, pin it with tlsFingerprint.';

/** A certificate may be for hundreds of hosts; a message names this many. */
const mostNames = 20;

const sanPrefix = /^(?:DNS|IP Address):/;

interface Where {
  readonly host: string;
  readonly port: number;
}

interface Demands extends Where {
  readonly security: { readonly least: '1.2' | '1.3' };
  readonly isUpgrade?: boolean | undefined;
}

/** The certificate must be for this host: alternative names first, a lone `*` label only (RFC 2595 §2.4). */
export function wrongHost(certificate: PeerCertificate, where: Where): Failure | undefined {
  const error = checkServerIdentity(where.host, withoutPartialWildcards(certificate));
  if (error === undefined) return undefined;
  const certificateNames = namesIn(certificate);
  const reason = 'it is for another host';
  const facts = { phase: 'tls', ...where, reason, certificateNames } as const;
  return new Failure('tls_verify', `certificate refused: ${reason}`, facts, error);
}

/** Node also takes `*` for a part of a label; with another character in its place such a name fits no host. */
function withoutPartialWildcards(certificate: PeerCertificate): PeerCertificate {
  const { subjectaltname } = certificate;
  return {
    ...certificate,
    ...(subjectaltname && { subjectaltname: subjectaltname.replace(/(?<!:)\*|\*(?!\.)/g, '?') }),
  };
}

/** What went wrong between the first octet of a TLS handshake and its end. */
export function tlsFailure(
  error: Error,
  certificate: PeerCertificate | undefined,
  where: Demands,
): Failure {
  if (error instanceof Failure) return error;
  const facts = { phase: 'tls', host: where.host, port: where.port } as const;
  const code = codeOf(error);
  const verdict = code === undefined ? undefined : verdicts[code];
  if (verdict !== undefined) {
    const reason = inFull(verdict, code, certificate);
    return new Failure(
      'tls_verify',
      `certificate refused: ${reason}`,
      { ...facts, reason, hint: pin },
      error,
    );
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === undefined) {
    const reason = 'closed during the TLS handshake';
    return new Failure('connection_lost', reason, { ...facts, reason }, error);
  }
  const { reason, hint } = explain(code, error, where);
  return new Failure(
    'tls_handshake',
    `TLS handshake failed: ${reason}`,
    { ...facts, reason, ...(hint && { hint }) },
    error,
  );
}

function explain(
  code: string,
  error: Error,
  { security, isUpgrade }: Demands,
): { reason: string; hint?: string } {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    if (isUpgrade === true) return { reason: 'what came behind the answer to STLS is not TLS' };
    return {
      reason: 'the port does not speak TLS',
      hint: 'If the server wants STLS on this port, set tls: starttls; implicit TLS is on port 995.',
    };
  }
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL' || code.includes('ALERT_PROTOCOL_VERSION')) {
    const newest = security.least === '1.3' ? 'TLS 1.2' : 'TLS 1.1';
    return { reason: `the server offers nothing newer than ${newest}` };
  }
  if (/ALERT_(?:HANDSHAKE_FAILURE|CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)/.test(code)) {
    const reason = 'the server ended the handshake';
    const hint = 'It may want a client certificate, or another one: tlsCert and tlsKey.';
    return { reason, hint };
  }
  const known = 'reason' in error && typeof error.reason === 'string' ? error.reason : undefined;
  return { reason: known ?? reasonOf(error) };
}

/** The certificate's alternative names, else its common name. */
function namesIn(certificate: PeerCertificate): readonly string[] {
  const alternatives = (certificate.subjectaltname ?? '')
    .split(', ')
    .filter((name) => sanPrefix.test(name))
    .map((name) => name.replace(sanPrefix, ''));
  const common = [certificate.subject?.CN ?? []].flat();
  return (alternatives.length > 0 ? alternatives : common).slice(0, mostNames);
}

/** A verdict with the date or the name that it is about. */
function inFull(
  verdict: string,
  code: string | undefined,
  certificate: PeerCertificate | undefined,
): string {
  if (certificate === undefined) return verdict;
  if (code === 'CERT_HAS_EXPIRED') return withDetail(verdict, certificate.valid_to);
  if (code === 'CERT_NOT_YET_VALID') return withDetail(verdict, certificate.valid_from);
  if (verdict !== unknownAuthority) return verdict;
  const { CN, O } = certificate.issuer ?? {};
  return withDetail(verdict, [CN ?? O ?? []].flat().join(', '));
}

function withDetail(verdict: string, detail: string | undefined): string {
  return detail ? `${verdict} (${detail.slice(0, longestName)})` : verdict;
}
