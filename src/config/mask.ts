import { passwordForms } from './password-forms.ts';

/** What stands for a secret. */
export const MASK = '***';

/** Part of a line, from and to (exclusive). */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

// Misspelled ones too: a line is shown because something in it is wrong.
const PASSWORD_KEY =
  /(?<=^|[\s{,])["']?[\w-]{0,40}(?:pas|pw|psw|sword|secret|token)[\w-]{0,40}["']?\s*:\s*/gi;

// Where one of these follows, it is said where the password comes from, and that is no secret.
const KNOWN_FORM = new RegExp(`^[{\\s]*["']?(?:${passwordForms.join('|')})["']?\\s*:`);

const ANY_KEY = /^[\s{-]*["']?[\w.-]+["']?\s*:/;

/**
 * What of a line must not be shown because it is, or could be, a password. Works on the text alone: it has to hold
 * for files that are not valid YAML as well. Rather too much than too little.
 */
export function secretStretches(
  lines: readonly string[],
  index: number,
  known: readonly string[] = [],
): Stretch[] {
  const line = lines[index] ?? '';
  const inLine = stretchesIn(line);
  const inUrls = disjoint([...loginsInUrls(line), ...repeated(line, known)]).filter(
    ({ from, to }) => inLine?.some((other) => other.from < to && from < other.to) !== true,
  );
  if (inLine !== undefined || inUrls.length > 0)
    return [...(inLine ?? []), ...inUrls].sort((one, other) => one.from - other.from);
  if (KNOWN_FORM.test(line) || !belongsToPassword(lines, index)) return [];
  return [{ from: indentation(line), to: line.length }];
}

/** Secrets that stand in a line once more. */
function repeated(line: string, known: readonly string[]): Stretch[] {
  return known.flatMap((secret) => {
    const from = line.indexOf(secret);
    return from === -1 ? [] : [{ from, to: from + secret.length }];
  });
}

function disjoint(stretches: readonly Stretch[]): Stretch[] {
  return stretches.filter(
    (one, index) =>
      !stretches.some((other, at) => at < index && other.from < one.to && one.from < other.to),
  );
}

/** User and password of a proxy, and `user:password@host` under a key that takes no such thing. */
function loginsInUrls(line: string): Stretch[] {
  return [...line.matchAll(LOGIN)].map((login) => ({
    from: login.index,
    to: login.index + login[0].length,
  }));
}

const LOGIN =
  /(?<=:\/\/)[^\s,]*(?=@)|(?<![^\s"'{[,])(?!(?:lmtp|smtp):|[\w+.-]+:\/\/)[^\s:@"'{[,]+:[^\s@,]+(?=@)/g;

/** Text for a message, without logins that stand in it. */
export function withoutLogins(text: string): string {
  return text.replace(LOGIN, MASK);
}

/** The passwords that stand in a text, as far as their lines tell: they are not to be shown elsewhere either. */
export function literalSecrets(lines: readonly string[]): readonly string[] {
  const values = lines.flatMap((line) =>
    (stretchesIn(line) ?? []).map(({ from, to }) => unquoted(line.slice(from, to))),
  );
  return [...new Set(values)].filter((value) => value.length >= SHORTEST);
}

/** A shorter one may be a word of every second line. */
const SHORTEST = 5;

function unquoted(value: string): string {
  return value
    .replace(/\s+#.*$/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
}

/** Whether a line, or the one with a key that it goes on with, stands below a password key. */
function belongsToPassword(lines: readonly string[], index: number): boolean {
  const keyed = lines.slice(0, index + 1).findLastIndex((line) => ANY_KEY.test(line));
  const candidates = [parentOf(lines, keyed), keyed < index ? lines[keyed] : undefined];
  return candidates.some((line) => line !== undefined && stretchesIn(line) !== undefined);
}

/** The values of the password keys in a line; undefined where there is no such key. */
function stretchesIn(line: string): Stretch[] | undefined {
  const keys = [...line.matchAll(PASSWORD_KEY)];
  if (keys.length === 0) return undefined;
  const stretches: Stretch[] = [];
  for (const key of keys) {
    const from = key.index + key[0].length;
    const rest = line.slice(from);
    const isInside = from < (stretches.at(-1)?.to ?? 0);
    if (isInside || rest.trim() === '' || KNOWN_FORM.test(rest)) continue;
    const length = valueLength(rest, line.slice(0, key.index).includes('{'));
    stretches.push({ from, to: from + length });
  }
  return stretches;
}

/** In braces a value ends at a comma or brace; elsewhere it may hold both, and goes on to the end of the line. */
function valueLength(rest: string, inBraces: boolean): number {
  const value = inBraces ? IN_BRACES.exec(rest)?.[0].trimEnd() : undefined;
  return value?.length ?? rest.length;
}

const IN_BRACES =
  /^(?:"(?:[^"\\]|\\.)*"(?=\s*(?:[,}]|$))|'(?:[^']|'')*'(?=\s*(?:[,}]|$))|[^"'{[,}][^,}]*)/;

/** The nearest line above that is indented less. */
function parentOf(lines: readonly string[], index: number): string | undefined {
  const own = indentation(lines[index] ?? '');
  for (let above = index - 1; above >= 0; above--) {
    const line = lines[above] ?? '';
    if (line.trim() !== '' && indentation(line) < own) return line;
  }
  return undefined;
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}
