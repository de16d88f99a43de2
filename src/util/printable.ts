/**
 * Text that came from a server or a message, safe for a terminal and always one line: C0 and C1 controls, bidi
 * overrides and isolates, line separators and lone surrogates become `?`.
 */
export function printable(text: string): string {
  return text.replace(unsafe, '?');
}

/** Cc: C0, DEL, C1. Cs: surrogates without their other half. */
const unsafe = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
