import { mistake } from '../mistake.ts';

export interface Preference {
  readonly value: string | number | boolean;
  /** From 1. */
  readonly line: number;
}

/**
 * Reads a prefs.js, by names. Lines that set nothing count for nothing; one that sets something of a mail server and cannot
 * be understood throws what `mistake` makes.
 */
export function parsePrefs(file: string, text: string): ReadonlyMap<string, Preference> {
  const prefs = new Map<string, Preference>();
  for (const [at, line] of text.split(/\r\n|\n|\r/).entries()) {
    const [, quoted, written] =
      /^\s*user_pref\(\s*("(?:[^"\\]|\\.)*")\s*,\s*(.+?)\s*\)\s*;/.exec(line) ?? [];
    const name = textIn(quoted);
    const value = written === undefined ? undefined : valueIn(written);
    if (name !== undefined && value !== undefined) prefs.set(name, { value, line: at + 1 });
    else if (/^\s*user_pref\(\s*"mail\.server\./.test(line))
      throw mistake(file, at + 1, 'neither a text nor a number, true or false');
  }
  return prefs;
}

function valueIn(written: string): Preference['value'] | undefined {
  if (written === 'true' || written === 'false') return written === 'true';
  if (/^-?\d{1,10}$/.test(written)) return Number(written);
  return textIn(written);
}

/** Undefined for what is none. */
function textIn(written: string | undefined): string | undefined {
  const inner = /^"((?:[^"\\]|\\.)*)"$/.exec(written ?? '')?.[1];
  return inner?.replace(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(.))/gi, (_all, long, short, one) => {
    const code: unknown = long ?? short;
    if (typeof code === 'string') return String.fromCharCode(Number.parseInt(code, 16));
    return escapes[String(one)] ?? String(one);
  });
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r' };
