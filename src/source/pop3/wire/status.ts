/** The first line of a reply. */
export interface StatusLine {
  readonly status: 'ok' | 'err' | 'continue';
  /** What follows the status indicator, response code included. */
  readonly text: string;
  /** Response code in upper case without brackets: `SYS/TEMP` (RFC 2449 §8, RFC 3206). */
  readonly code: string | undefined;
  /** The whole line as sent (octets as latin1), without its CRLF. */
  readonly line: string;
}

/** Response codes that change what popfetch does; others are ignored, as they must be (RFC 2449 §8). */
export type ResponseCode = 'AUTH' | 'IN-USE' | 'LOGIN-DELAY' | 'SYS/TEMP' | 'SYS/PERM' | 'UTF8';

/**
 * Reads `+OK`, `-ERR` or the continuation `+`, in any case. Undefined: not a status line, the two sides are out of
 * step.
 */
export function parseStatusLine(line: string): StatusLine | undefined {
  const word = wordAt(line);
  const text = line.slice(word.length).trimStart();
  switch (word.toUpperCase()) {
    case '+OK':
      return { status: 'ok', text, code: codeOf(text), line };
    case '-ERR':
      return { status: 'err', text, code: codeOf(text), line };
    case '+':
      return { status: 'continue', text, code: undefined, line };
    default:
      return undefined;
  }
}

/** Codes are hierarchical: `SYS/TEMP/DISK` is a `SYS/TEMP` (RFC 2449 §8). */
export function hasCode(reply: StatusLine, code: ResponseCode): boolean {
  return reply.code === code || (reply.code?.startsWith(`${code}/`) ?? false);
}

function wordAt(line: string): string {
  const blank = line.search(/[ \t[]/);
  return blank === -1 ? line : line.slice(0, blank);
}

function codeOf(text: string): string | undefined {
  if (!text.startsWith('[')) return undefined;
  const close = text.indexOf(']');
  return close === -1 ? undefined : text.slice(1, close).toUpperCase();
}
