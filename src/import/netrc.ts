/** One entry of a .netrc, as ftp(1) has it; fetchmail, getmail, mpop and fdm look for passwords there. */
export interface NetrcEntry {
  /** Undefined: `default`, for every other machine. */
  readonly machine: string | undefined;
  readonly login: string | undefined;
  readonly password: string | undefined;
}

/** Never throws: what is no entry counts for nothing. Macros end with an empty line. */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const entries: NetrcEntry[] = [];
  const words = wordsOf(text.replace(/^\s*macdef\b[\s\S]*?(?:\n[ \t]*\n|$(?![\s\S]))/gm, '\n'));
  for (let at = 0; at < words.length; at++) {
    const key = keys.get(words[at] ?? '');
    if (key === undefined) continue;
    const value = key === 'default' ? undefined : words[++at];
    if (key === 'machine' || key === 'default')
      entries.push({ machine: value, login: undefined, password: undefined });
    else {
      const last = entries.pop();
      if (last !== undefined) entries.push(key === 'account' ? last : { ...last, [key]: value });
    }
  }
  return entries;
}

type Key = 'machine' | 'default' | 'login' | 'password' | 'account';

const keys: ReadonlyMap<string, Key> = new Map<string, Key>([
  ['machine', 'machine'],
  ['default', 'default'],
  ['login', 'login'],
  ['user', 'login'],
  ['password', 'password'],
  ['passwd', 'password'],
  ['account', 'account'],
]);

/** The password of the first entry that fits; one without a login fits any, `default` any machine. */
export function netrcPassword(
  entries: readonly NetrcEntry[],
  machine: string,
  login: string,
): string | undefined {
  const fits = (entry: NetrcEntry): boolean =>
    (entry.machine === undefined || entry.machine.toLowerCase() === machine.toLowerCase()) &&
    (entry.login === undefined || entry.login === login) &&
    entry.password !== undefined;
  return entries.find(fits)?.password;
}

/** Apart by white space; in double quotes with any, and `\` before a character takes it as it is. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const line of text.split('\n'))
    for (const [word, quoted] of line.matchAll(/#.*|"((?:\\.|[^"\\])*)"?|(?:\\.|[^\s\\])+/g)) {
      if (word.startsWith('#') && !isValue(words.at(-1))) break;
      words.push((quoted ?? word).replace(/\\(.)/g, '$1'));
    }
  return words;
}

/** A password may begin with `#`. */
function isValue(before: string | undefined): boolean {
  return before === 'password' || before === 'passwd';
}
