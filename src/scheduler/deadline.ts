import { Failure } from '../errors.ts';
import type { Clock } from './clock.ts';

/** How a poll is told to end. */
export interface EndSignals {
  /** Finish what is on its way, settle, QUIT. */
  readonly stop: AbortSignal;
  /** Drop everything; nothing is lost. */
  readonly now: AbortSignal;
}

/** A poll that lasts longer is asked to end in order; the rest comes with the next one. */
export const longestPoll = 3_600_000;
/** One that then still lasts is dropped: a server may drip an octet a minute for ever. */
export const lastGrace = 10 * 60_000;

/**
 * Runs a poll with signals of its own, which fire when the outer ones do, and when it takes too long; then their reason is
 * a Failure with code `timeout`. Nothing stays behind at the outer signals, which may live for years.
 */
export async function withDeadline<Outcome>(
  outer: EndSignals,
  clock: Clock,
  run: (signals: EndSignals) => Promise<Outcome>,
): Promise<Outcome> {
  const stop = new AbortController();
  const now = new AbortController();
  const over = new AbortController();
  const unlink = [link(outer.stop, stop), link(outer.now, now)];
  const guard = (async () => {
    await clock.wait(longestPoll, over.signal);
    if (over.signal.aborted) return;
    stop.abort(tooLong(longestPoll));
    await clock.wait(lastGrace, over.signal);
    if (!over.signal.aborted) now.abort(tooLong(longestPoll + lastGrace));
  })();
  try {
    return await run({ stop: stop.signal, now: now.signal });
  } finally {
    over.abort();
    for (const undo of unlink) undo();
    await guard;
  }
}

function link(outer: AbortSignal, inner: AbortController): () => void {
  const pass = () => inner.abort(outer.reason);
  if (outer.aborted) pass();
  outer.addEventListener('abort', pass);
  return () => outer.removeEventListener('abort', pass);
}

function tooLong(ms: number): Failure {
  const minutes = Math.round(ms / 60_000);
  const reason = `not done after ${minutes} minutes`;
  return new Failure('timeout', reason, { reason });
}
