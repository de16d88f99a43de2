/** One session as the server's log tells it. */
export interface EndedSession {
  /** What was used to log in: 'PLAIN' is USER/PASS or AUTH PLAIN. */
  readonly method: string;
  readonly encrypted: boolean;
  /** true: it ended with QUIT. false: the line was dropped. */
  readonly loggedOut: boolean;
  /** RETR commands. */
  readonly retrieved: number;
  /** Messages removed at QUIT. */
  readonly deleted: number;
  /** Messages in the maildrop when it began. */
  readonly messages: number;
}

/** The sessions of one user that have ended, by the log; it must be written with `pop3_logout_format` as we set it. */
export function sessionsOf(user: string, log: string): EndedSession[] {
  const logins = new Map<string, { method: string; encrypted: boolean }>();
  const ended: EndedSession[] = [];
  for (const line of log.split('\n')) {
    const login = /Login: user=<(.*?)>, method=([\w-]+),.*session=<(.*?)>/.exec(line);
    if (login?.[1] === user && login[2] !== undefined && login[3] !== undefined) {
      logins.set(login[3], { method: login[2], encrypted: line.includes(', TLS,') });
    }
    const end = /<([^<>]+)>: Info: Disconnected: (.*) retr=(\d+) del=(\d+) of=(\d+)/.exec(line);
    const begun = logins.get(end?.[1] ?? '');
    if (end === null || begun === undefined) continue;
    ended.push({
      ...begun,
      loggedOut: end[2] === 'Logged out',
      retrieved: Number(end[3]),
      deleted: Number(end[4]),
      messages: Number(end[5]),
    });
  }
  return ended;
}
