import { once } from 'node:events';
import { openConnection, type SessionSurroundings } from './connection.ts';
import { lineFailure } from './line-failure.ts';
import type { MailServerSettings } from './mail-server.ts';

/** ms. The server has said all that matters by then. */
const longestGoodbye = 2000;

/** Whether a mail server would take mail over: up to the login, and no message. Throws a Failure. */
export async function reachMailServer(
  settings: MailServerSettings,
  surroundings: SessionSurroundings,
): Promise<void> {
  try {
    const connection = await openConnection(settings, surroundings);
    const ended = once(connection, 'end', { signal: AbortSignal.timeout(longestGoodbye) });
    connection.quit();
    await ended.catch(() => connection.close());
  } catch (error) {
    throw lineFailure(error, settings, surroundings.signal);
  }
}
