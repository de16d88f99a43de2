import type { Failure, FailureCode } from '../errors.ts';
import type { StopSignal } from './world.ts';

/** What the process exits with: sysexits(3) names, and 128 + signal. */
export type ExitStatus = 0 | 1 | 64 | 65 | 69 | 70 | 73 | 74 | 75 | 76 | 77 | 78 | 129 | 130 | 143;

export interface ExitContext {
  /** Failed polls in a row, this one included. */
  readonly failedPolls?: number;
  /** `alerts.after`: an account unreachable for more polls than this is UNAVAILABLE. */
  readonly alertsAfter?: number;
  /** The signal that stopped the run. */
  readonly signal?: StopSignal;
}

/** One account's failure as an exit status. */
export function exitStatus(failure: Failure, context: ExitContext = {}): ExitStatus {
  const { failedPolls = 1, alertsAfter = Number.POSITIVE_INFINITY, signal } = context;
  if (failure.code === 'interrupted') return stoppedBy(signal);
  if (failedPolls > alertsAfter && unreachable(failure)) return 69;
  return statuses[failure.code];
}

/** 128 and the signal's number. */
export function stoppedBy(signal: StopSignal = 'SIGINT'): ExitStatus {
  return signalStatuses[signal];
}

/** Of several accounts' statuses the one that most needs a human; 0 for none. */
export function worst(all: Iterable<ExitStatus>): ExitStatus {
  let rank = gravest.length;
  for (const status of all) rank = Math.min(rank, gravest.indexOf(status));
  return gravest[rank] ?? 0;
}

const signalStatuses: Readonly<Record<StopSignal, ExitStatus>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

/** Every code, so that a new one does not compile before it has its status. */
const statuses: Readonly<Record<FailureCode, ExitStatus>> = {
  usage: 64,
  config: 78,
  secret_unavailable: 75,
  dns: 75,
  connect: 75,
  timeout: 75,
  tls_verify: 76,
  tls_handshake: 76,
  auth: 77,
  auth_method: 77,
  auth_paused: 77,
  in_use: 75,
  login_delay: 75,
  sys_temp: 75,
  sys_perm: 69,
  protocol: 76,
  connection_lost: 75,
  retrieve_refused: 75,
  delete_refused: 75,
  deliver_temp: 75,
  destination_locked: 75,
  deliver_perm: 65,
  no_space: 73,
  no_permission: 73,
  cannot_create: 73,
  io_error: 74,
  locked: 75,
  state: 73,
  interrupted: 130,
  internal: 70,
};

/** A stop by signal tells less than a bug and more than any account's trouble, which the next run meets again. */
const gravest: readonly ExitStatus[] = [
  70, 143, 130, 129, 64, 78, 74, 77, 73, 65, 76, 69, 75, 1, 0,
];

/** The server was never spoken to; a connection lost later is another matter. */
function unreachable({ code, facts }: Failure): boolean {
  if (code === 'dns' || code === 'connect') return true;
  return code === 'timeout' && (facts.phase === undefined || beforeTheGreeting.has(facts.phase));
}

const beforeTheGreeting: ReadonlySet<string> = new Set(['dns', 'connect', 'tls', 'greeting']);
