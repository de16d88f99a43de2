import type { Emit } from '../events.ts';

/**
 * Tells every reporter. One that throws (a full disk under the log file, a terminal that has gone) is dropped, and
 * `onTrouble` hears of it once: reporting never stops a poll.
 */
export function fanOut(reporters: readonly Emit[], onTrouble: (thrown: unknown) => void): Emit {
  const working = new Set(reporters);
  return (event) => {
    for (const reporter of working)
      try {
        reporter(event);
      } catch (thrown) {
        working.delete(reporter);
        onTrouble(thrown);
      }
  };
}
