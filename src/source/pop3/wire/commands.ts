import { Failure } from '../../../errors.ts';

export type Verb =
  | 'greeting'
  | 'response'
  | 'CAPA'
  | 'STLS'
  | 'UTF8'
  | 'USER'
  | 'PASS'
  | 'APOP'
  | 'AUTH'
  | 'STAT'
  | 'LIST'
  | 'UIDL'
  | 'TOP'
  | 'RETR'
  | 'DELE'
  | 'NOOP'
  | 'QUIT';

/** A command ready to be sent. */
export interface Command {
  readonly verb: Verb;
  /** What goes over the line, CRLF included. */
  readonly line: string;
  /** What a transcript may show: no CRLF, secrets as `***`. */
  readonly shown: string;
  /** Whether a positive reply has further lines. */
  readonly multiline: boolean;
}

/** Not sent: stands for the server's right to speak first. */
export const greeting: Command = { verb: 'greeting', line: '', shown: '', multiline: false };

export const capa = plain('CAPA', true);
export const stls = plain('STLS');
export const utf8 = plain('UTF8');
export const stat = plain('STAT');
export const list = plain('LIST', true);
export const uidl = plain('UIDL', true);
export const noop = plain('NOOP');
export const quit = plain('QUIT');

export function retr(number: number): Command {
  const shown = `RETR ${number}`;
  return { verb: 'RETR', line: `${shown}\r\n`, shown, multiline: true };
}

/** Scan or unique-id listing of one message; the reply repeats its number (RFC 1939 §5, §7). */
export function listingOf(verb: 'LIST' | 'UIDL', number: number): Command {
  const shown = `${verb} ${number}`;
  return { verb, line: `${shown}\r\n`, shown, multiline: false };
}

export function dele(number: number): Command {
  const shown = `DELE ${number}`;
  return { verb: 'DELE', line: `${shown}\r\n`, shown, multiline: false };
}

export function top(number: number, lines: number): Command {
  const shown = `TOP ${number} ${lines}`;
  return { verb: 'TOP', line: `${shown}\r\n`, shown, multiline: true };
}

export function user(name: string): Command {
  refuseBreaks(name, 'user');
  return { verb: 'USER', line: `USER ${name}\r\n`, shown: `USER ${name}`, multiline: false };
}

export function pass(password: string): Command {
  refuseBreaks(password, 'password');
  return { verb: 'PASS', line: `PASS ${password}\r\n`, shown: 'PASS ***', multiline: false };
}

/** The digest stands for the password (RFC 1939 §7). */
export function apop(name: string, digest: string): Command {
  refuseBreaks(name, 'user');
  refuseBreaks(digest, 'digest');
  const shown = `APOP ${name}`;
  return { verb: 'APOP', line: `${shown} ${digest}\r\n`, shown: `${shown} ***`, multiline: false };
}

/** The initial response is base64, `=` for an empty one; undefined waits for the server's prompt (RFC 5034 §4). */
export function auth(mechanism: string, initial: string | undefined): Command {
  refuseBreaks(mechanism, 'mechanism');
  refuseBreaks(initial ?? '', 'initial response');
  const start = `AUTH ${mechanism}`;
  return initial === undefined
    ? { verb: 'AUTH', line: `${start}\r\n`, shown: start, multiline: false }
    : { verb: 'AUTH', line: `${start} ${initial}\r\n`, shown: `${start} ***`, multiline: false };
}

/** Answers a continuation of AUTH: base64, or `*` to give up. */
export function response(base64: string): Command {
  refuseBreaks(base64, 'response');
  return { verb: 'response', line: `${base64}\r\n`, shown: '***', multiline: false };
}

/** Octets of a command as it goes over the line; RFC 2449 §4 allows 255 including CRLF. */
export const longestCommand = 255;

function plain(verb: Verb, multiline = false): Command {
  return { verb, line: `${verb}\r\n`, shown: verb, multiline };
}

/** An argument with a line break would be a second command; a NUL ends it for servers written in C. */
function refuseBreaks(argument: string, what: string): void {
  if (/[\r\n\0]/.test(argument)) {
    throw new Failure('config', `${what} contains a line break or NUL`, {
      phase: 'auth',
      reason: `the ${what} contains a line break or a NUL`,
    });
  }
}
