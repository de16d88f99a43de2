import { once } from 'node:events';
import { Failure } from '../../errors.ts';
import { openConnection, type SessionSurroundings } from './connection.ts';
import { lineFailure } from './line-failure.ts';
import type { MailServerSettings } from './mail-server.ts';

/** ms to get in, and to get out again: by then the server has said all that matters. */
const [longestEntry, longestGoodbye] = [30_000, 2000];

/** Whether a mail server would take mail over: up to the login, and no message. Throws a Failure. */
export async function reachMailServer(
  settings: MailServerSettings,
  { hostname, signal: outer }: SessionSurroundings,
  patience = longestEntry,
): Promise<void> {
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(silent(patience)), patience);
  const signal = AbortSignal.any([outer, tooLong.signal]);
  try {
    const connection = await openConnection(settings, { hostname, signal });
    const ended = once(connection, 'end', { signal: AbortSignal.timeout(longestGoodbye) });
    connection.quit();
    await ended.catch(() => connection.close());
  } catch (error) {
    throw lineFailure(error, settings, outer);
  } finally {
    clearTimeout(timer);
  }
}

function silent(patience: number): Failure {
  const seconds = patience / 1000;
  const reason = `does not get as far as to take mail within ${seconds} s`;
  return new Failure('deliver_temp', reason, { phase: 'deliver', reason, seconds });
}
