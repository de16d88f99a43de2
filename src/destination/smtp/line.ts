import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { interruption } from '../../util/interruption.ts';

/**
 * What comes of waiting for the server's replies. The library lets whoever waits wait for ever where the line is lost or
 * closed in certain moments; here that rejects. When the signal fires the line is closed, and it rejects with a Failure.
 */
export function whileLineHolds<Outcome>(
  connection: SMTPConnection,
  signal: AbortSignal,
  waiting: Promise<Outcome>,
): Promise<Outcome> {
  const over = new AbortController();
  const lost = new Promise<never>((_, reject) => {
    const giveUp = () => {
      reject(reasonOf(signal));
      connection.close();
    };
    // Whoever closes the line may be about to say why.
    const ended = () => setImmediate(() => reject(new Error('connection closed')));
    connection.once('error', reject).once('end', ended);
    signal.addEventListener('abort', giveUp, { signal: over.signal });
    over.signal.addEventListener('abort', () => {
      connection.off('error', reject).off('end', ended);
    });
    if (signal.aborted) giveUp();
  });
  return Promise.race([waiting, lost]).finally(() => over.abort());
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isTimeout ? new Error('connection timed out') : interruption(signal);
}
