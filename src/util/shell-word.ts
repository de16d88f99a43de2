/** One word of a shell line, whatever is in it. A `~` at its beginning keeps its meaning. */
export function shellWord(path: string): string {
  return /^[\w./~@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
