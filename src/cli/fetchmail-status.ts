import type { Failure, FailureCode } from '../errors.ts';
import type { ExitCodes } from './args/global.ts';

/**
 * An exit status as the options want it numbered. `failure`: what it was for, where that is known; fetchmail has more
 * numbers for some of ours. What is numbered so already stays.
 */
export function numbered(status: number, exitCodes: ExitCodes, failure?: Failure): number {
  if (exitCodes === 'default') return status;
  const usual = fetchmailNumbers.get(status) ?? status;
  return failure === undefined ? usual : (finer(status, failure) ?? usual);
}

/** For whoever polls: fetchmail says with 1 that there was no mail. */
export function numberedPoll(
  status: number,
  exitCodes: ExitCodes,
  poll: { readonly new: number; readonly failure: Failure | undefined },
): number {
  const isEmpty = status === 0 && poll.new === 0;
  return isEmpty && exitCodes === 'fetchmail' ? 1 : numbered(status, exitCodes, poll.failure);
}

/** From fetchmail(1), EXIT CODES. */
const fetchmailNumbers: ReadonlyMap<number, number> = new Map([
  [64, 5],
  [65, 10],
  [69, 2],
  [70, 23],
  [73, 10],
  [74, 10],
  [75, 2],
  [76, 4],
  [77, 3],
  [78, 5],
]);

function finer(status: number, { code, facts }: Failure): number | undefined {
  if (status === 69) return code === 'dns' ? 11 : undefined;
  if ((status === 73 || status === 74) && (code === 'state' || facts.phase === 'state')) return 6;
  return byCode.get(code);
}

const byCode: ReadonlyMap<FailureCode, number> = new Map([
  ['timeout', 7],
  ['locked', 8],
  ['in_use', 9],
  ['login_delay', 14],
  ['sys_temp', 14],
  ['tls_verify', 2],
  ['tls_handshake', 2],
]);
