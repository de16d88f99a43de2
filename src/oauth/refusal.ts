import {
  AuthorizationResponseError,
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { Failure } from '../errors.ts';

/**
 * What the library threw, as a Failure: `auth` where somebody has to do something, `secret_unavailable` where the next
 * try may do better. The library's errors hold the server's whole answers, tokens in it: none becomes a cause.
 */
export function refusalOf(error: unknown, host: string): unknown {
  if (error instanceof ResponseBodyError)
    return errorCode(error.error, error.error_description, error.status, host);
  if (error instanceof AuthorizationResponseError)
    return errorCode(error.error, error.error_description, 400, host);
  if (error instanceof WWWAuthenticateChallengeError)
    return errorCode('invalid_client', undefined, 401, host);
  if (error instanceof UnsupportedOperationError) return unusable(host, error.message);
  if (error instanceof OperationProcessingError) return unusable(host, statusIn(error));
  return error;
}

/** The code of a server's refusal (RFC 6749 §5.2, RFC 8628 §3.5); undefined for any other error. */
export function codeOfRefusal(error: unknown): string | undefined {
  return error instanceof ResponseBodyError ? error.error : undefined;
}

/** Whether the same request may succeed a moment later. */
const temporary: ReadonlySet<string> = new Set([
  'temporarily_unavailable',
  'server_error',
  'slow_down',
]);

function errorCode(
  code: string,
  description: string | undefined,
  status: number,
  host: string,
): Failure {
  if (temporary.has(code) || status === 429) return unusable(host, code);
  const why = reasons.get(code);
  // With the code as the standard spells it, for who looks it up.
  const reason = why === undefined ? code : `${why} (${code})`;
  return new Failure('auth', `${host} gives no token: ${reason}`, {
    host,
    phase: 'auth',
    reason,
    ...(description !== undefined && { serverSaid: withoutSecrets(description) }),
  });
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['invalid_grant', 'the consent was withdrawn or has expired'],
  ['access_denied', 'the consent was refused'],
  // QUIRK: Microsoft's name for it.
  ['authorization_declined', 'the consent was refused'],
  ['expired_token', 'nobody entered the code in time'],
  ['invalid_client', 'client id or client secret are wrong'],
  ['unauthorized_client', 'the client is not registered for this way to log in'],
]);

/** No server should repeat a token in its words; what is as long as one is not shown. */
function withoutSecrets(description: string): string {
  return description.replace(/[\w.~+/=-]{40,}/g, '***');
}

function unusable(host: string, what: string): Failure {
  return new Failure('secret_unavailable', `no access token from ${host}: ${what}`, {
    host,
    phase: 'auth',
  });
}

/** `status 503`, or what the library found wrong with the answer. */
function statusIn({ message, cause }: OperationProcessingError): string {
  return cause instanceof Response ? `it answered with status ${cause.status}` : message;
}
