/** One file for systemd. */
export interface Unit {
  readonly name: string;
  readonly text: string;
}

/** A command line after `ExecStart=` (systemd.service(5), COMMAND LINES). */
export function execLine(words: readonly string[]): string {
  return words.map(execWord).join(' ');
}

/** A value after `LoadCredential=` and the like, where only specifiers mean something. */
export function plainValue(text: string): string {
  return text.replaceAll('%', '%%');
}

function execWord(word: string): string {
  const literal = plainValue(word).replaceAll('$', () => '$$');
  if (/^[\w./@%+=:,$-]+$/.test(literal)) return literal;
  return `"${literal.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
