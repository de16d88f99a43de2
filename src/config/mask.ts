import { passwordForms } from './password.ts';

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
export function secretStretches(lines: readonly string[], index: number): Stretch[] {
  const line = lines[index] ?? '';
  const inLine = stretchesIn(line);
  const inUrls = loginsInUrls(line).filter(
    ({ from }) => inLine?.some((other) => other.from <= from && from < other.to) !== true,
  );
  if (inLine !== undefined || inUrls.length > 0)
    return [...(inLine ?? []), ...inUrls].sort((one, other) => one.from - other.from);
  if (KNOWN_FORM.test(line) || !belongsToPassword(lines, index)) return [];
  return [{ from: indentation(line), to: line.length }];
}

/** User and password of a proxy. */
function loginsInUrls(line: string): Stretch[] {
  return [...line.matchAll(/(?<=:\/\/)[^\s,]*(?=@)/g)].map((login) => ({
    from: login.index,
    to: login.index + login[0].length,
  }));
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
