/** Who has fetched a message: the login name at a server. */
export interface FetchId {
  readonly user: string;
  /** The name behind `via`, or else behind `poll`. */
  readonly host: string;
  readonly uid: string;
}

/**
 * Reads a .fetchids: `user@host uid` a line. Login names hold `@` and blanks too: the unique-id stands behind the first
 * blank after the first `@`, the host behind the last `@` before that. Lines that are none count for nothing.
 */
export function parseFetchIds(text: string): readonly FetchId[] {
  return text.split('\n').flatMap((line) => {
    const blank = line.indexOf(' ', line.indexOf('@') + 1);
    const whose = line.slice(0, blank);
    const at = whose.lastIndexOf('@');
    const uid = /^\S+/.exec(line.slice(blank + 1).trimStart())?.[0];
    if (blank === -1 || at === -1 || uid === undefined) return [];
    return [{ user: whose.slice(0, at), host: whose.slice(at + 1), uid }];
  });
}
