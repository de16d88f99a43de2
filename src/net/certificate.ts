import type { TLSSocket } from 'node:tls';

/**
 * Whom the other side says that it is, and until when (ms since 1970); undefined where it showed no certificate. Its texts
 * may hold anything.
 */
export function certificateOf(secured: TLSSocket) {
  const { subject, issuer, subjectaltname, valid_from, valid_to } = secured.getPeerCertificate();
  if (valid_to === undefined) return undefined;
  const [firstName = ''] = (subjectaltname ?? '').split(', ');
  // The first alternative name, where it has no common one.
  return {
    subject: nameIn(subject?.CN) ?? firstName.replace(/^\w[\w ]*:/, ''),
    issuer: nameIn(issuer?.CN) ?? nameIn(issuer?.O) ?? '',
    validFrom: Date.parse(valid_from),
    validTo: Date.parse(valid_to),
  };
}

/** A name may be there more than once. */
function nameIn(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined ? undefined : [value].flat().join(', ');
}
