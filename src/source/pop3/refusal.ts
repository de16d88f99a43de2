import { Failure, type FailureCode, type FailureFacts } from '../../errors.ts';
import { hasCode, type ResponseCode, type StatusLine } from './wire/status.ts';

/** What the codes of RFC 2449 §8.1 and RFC 3206 mean for us. */
const meanings: readonly (readonly [ResponseCode, FailureCode])[] = [
  ['AUTH', 'auth'],
  ['IN-USE', 'in_use'],
  ['LOGIN-DELAY', 'login_delay'],
  ['SYS/TEMP', 'sys_temp'],
  ['SYS/PERM', 'sys_perm'],
];

/** A -ERR as a failure: by its response code, else by what it means where it came. */
export function refusal(reply: StatusLine, otherwise: FailureCode, facts: FailureFacts): Failure {
  const code = meanings.find(([known]) => hasCode(reply, known))?.[1] ?? otherwise;
  return new Failure(code, `refused: ${reply.line}`, { ...facts, serverSaid: reply.line });
}
