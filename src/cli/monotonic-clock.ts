import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../scheduler/clock.ts';

/** The computer's own: no change of the time of day touches it, and while the computer sleeps it stands still. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  async wait(ms, signal) {
    try {
      await setTimeout(Math.max(ms, 0), undefined, { signal });
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  },
};
