/** What the operating system means, in words that follow 'cannot reach HOST:PORT'. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ECONNABORTED: 'connection aborted',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to host',
  EHOSTDOWN: 'host is down',
  ENETUNREACH: 'network is unreachable',
  ENETDOWN: 'network is down',
  EADDRNOTAVAIL: 'no usable address',
  EAFNOSUPPORT: 'no usable address',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENOTFOUND: 'no such host',
  ENODATA: 'the host has no address',
  EAI_AGAIN: 'the name server does not answer',
  EAI_FAIL: 'the name server failed',
  EAI_NODATA: 'the host has no address',
  EAI_NONAME: 'no such host',
};

/** Whether an error of connecting is about the name, not the way. */
export function isNameError(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && (code.startsWith('EAI_') || ['ENOTFOUND', 'ENODATA'].includes(code));
}

/** Why it failed; of an error that stands for several addresses, each different reason once. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(reasonOf))].join('; ');
  }
  const code = codeOf(error);
  const known = code === undefined ? undefined : words[code];
  return known ?? (error instanceof Error ? error.message : String(error));
}

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
