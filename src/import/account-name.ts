/** A name for an account, as popfetch.yaml allows it: made of what the other program calls it, unique among `taken`. */
export function accountName(wanted: string, taken: ReadonlySet<string>): string {
  const plain = wanted
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  const name = plain === '' ? 'account' : plain;
  if (!taken.has(name)) return name;
  for (let number = 2; ; number++) {
    const numbered = `${name}-${number}`;
    if (!taken.has(numbered)) return numbered;
  }
}
