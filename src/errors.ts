/**
 * The one error taxonomy. A failure carries its reach (scope) and its remedy (retry); what a poll does follows from
 * these alone, the exit status from the code (cli/exit-status.ts), and its words from log/words.ts.
 */

export type FailureKind =
  | 'usage'
  | 'config'
  | 'host'
  | 'network'
  | 'tls'
  | 'auth'
  | 'busy'
  | 'protocol'
  | 'message'
  | 'delivery'
  | 'state'
  | 'locked'
  | 'interrupted'
  | 'bug';

/** How far a failure reaches: it ends the message, this poll, the account until something changes, or the run. */
export type FailureScope = 'message' | 'poll' | 'account' | 'run';

/** Where it arose. A failure on the wire ends the session; one of ours lets it end in order, with QUIT. */
export type FailureOrigin = 'wire' | 'here';

export interface FailureNature {
  readonly kind: FailureKind;
  readonly scope: FailureScope;
  readonly origin: FailureOrigin;
  /** Whether the next poll may do better by itself, or somebody has to change something first. */
  readonly temporary: boolean;
}

/** Every code that logs, `--json` and `status --json` show. New ones may be added, none renamed. */
export const failureNatures = {
  config: { kind: 'config', scope: 'account', origin: 'here', temporary: false },
  usage: { kind: 'usage', scope: 'run', origin: 'here', temporary: false },
  secret_unavailable: { kind: 'auth', scope: 'account', origin: 'here', temporary: true },
  dns: { kind: 'host', scope: 'account', origin: 'wire', temporary: true },
  connect: { kind: 'network', scope: 'poll', origin: 'wire', temporary: true },
  timeout: { kind: 'network', scope: 'poll', origin: 'wire', temporary: true },
  tls_verify: { kind: 'tls', scope: 'account', origin: 'wire', temporary: false },
  tls_handshake: { kind: 'tls', scope: 'account', origin: 'wire', temporary: false },
  auth: { kind: 'auth', scope: 'account', origin: 'wire', temporary: false },
  auth_method: { kind: 'auth', scope: 'account', origin: 'wire', temporary: false },
  auth_paused: { kind: 'auth', scope: 'account', origin: 'here', temporary: false },
  in_use: { kind: 'busy', scope: 'poll', origin: 'wire', temporary: true },
  login_delay: { kind: 'busy', scope: 'poll', origin: 'wire', temporary: true },
  sys_temp: { kind: 'busy', scope: 'poll', origin: 'wire', temporary: true },
  sys_perm: { kind: 'protocol', scope: 'account', origin: 'wire', temporary: false },
  protocol: { kind: 'protocol', scope: 'poll', origin: 'wire', temporary: false },
  connection_lost: { kind: 'network', scope: 'poll', origin: 'wire', temporary: true },
  retrieve_refused: { kind: 'message', scope: 'message', origin: 'wire', temporary: true },
  delete_refused: { kind: 'message', scope: 'message', origin: 'wire', temporary: true },
  deliver_temp: { kind: 'delivery', scope: 'message', origin: 'here', temporary: true },
  destination_locked: { kind: 'delivery', scope: 'poll', origin: 'here', temporary: true },
  deliver_perm: { kind: 'delivery', scope: 'message', origin: 'here', temporary: false },
  no_space: { kind: 'delivery', scope: 'poll', origin: 'here', temporary: false },
  no_permission: { kind: 'delivery', scope: 'account', origin: 'here', temporary: false },
  /** Something else is where a file or folder should be made. */
  cannot_create: { kind: 'delivery', scope: 'account', origin: 'here', temporary: false },
  io_error: { kind: 'delivery', scope: 'poll', origin: 'here', temporary: false },
  locked: { kind: 'locked', scope: 'account', origin: 'here', temporary: true },
  state: { kind: 'state', scope: 'account', origin: 'here', temporary: false },
  interrupted: { kind: 'interrupted', scope: 'run', origin: 'here', temporary: true },
  internal: { kind: 'bug', scope: 'run', origin: 'here', temporary: false },
} as const satisfies Record<string, FailureNature>;

export type FailureCode = keyof typeof failureNatures;

/** Where in a poll it happened; also the `phase` of log lines. */
export type Phase =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'greeting'
  | 'capa'
  | 'auth'
  | 'list'
  | 'retr'
  | 'deliver'
  | 'dele'
  | 'quit'
  | 'state';

/** Facts for whoever words the failure. No secret is ever put here. */
export interface FailureFacts {
  readonly phase?: Phase;
  readonly host?: string;
  readonly port?: number;
  /** The server's own words, status indicator included, not yet made safe for a terminal. */
  readonly serverSaid?: string;
  /** Last line that a command wrote about it, not yet made safe for a terminal. */
  readonly output?: string;
  /** Messages of this poll that failed for the same reason. */
  readonly messages?: number;
  /** What the operating system or a library called it: 'connection refused', 'no space left on the disk'. */
  readonly reason?: string;
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  /** File or folder in question. */
  readonly path?: string;
  /** Which of several destinations, as the user wrote it. */
  readonly destination?: string;
  /** Names that a certificate is for. */
  readonly certificateNames?: readonly string[];
  readonly seconds?: number;
  /** How often in a row. */
  readonly count?: number;
  /** Who holds a lock, and since when (ms since 1970). */
  readonly holder?: { readonly pid: number; readonly since: number };
  readonly uid?: string;
}

/** Something went wrong that the program foresaw. Whatever else is thrown is a bug. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly facts: FailureFacts;

  constructor(code: FailureCode, message: string, facts: FailureFacts = {}, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'Failure';
    this.code = code;
    this.facts = facts;
  }

  get nature(): FailureNature {
    return failureNatures[this.code];
  }
}

/** Where a bug was thrown; undefined for a failure that was foreseen: its code tells as much. */
export function stackOf({ code, cause }: Failure): string | undefined {
  return code === 'internal' && cause instanceof Error ? cause.stack : undefined;
}

/** What was thrown, as a failure: what is none yet is a bug, and keeps its stack as cause. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  // What went wrong first; the clearing up after it failed too.
  if (thrown instanceof Error && thrown.name === 'SuppressedError' && 'suppressed' in thrown)
    return asFailure(thrown.suppressed);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure('internal', message, {}, thrown);
}
