import { setMaxListeners } from 'node:events';
import { Failure } from '../errors.ts';
import type { StopSignal, World } from './world.ts';

/** After the first signal a run may take this long to end in order: within ten seconds all is over. */
const graceMs = 9000;

/** The two stages of being told to stop: the first signal ends a run in order, the second one at once. */
export interface Stopping extends Disposable {
  /** Fires at the first signal: finish what is on its way, settle, QUIT. */
  readonly stop: AbortSignal;
  /** Fires at the second signal, or when the first has been out for 10 s: drop everything, nothing is lost. */
  readonly now: AbortSignal;
  /** The first signal that came. */
  readonly signal: () => StopSignal | undefined;
  /** There was a second one. */
  readonly isHurried: () => boolean;
}

/** `isStop`: which of the signals are meant so; all of them, unless it is said. */
export function stopOnSignals(
  world: World,
  onFirst: () => void,
  isStop: (signal: StopSignal) => boolean = () => true,
): Stopping {
  const stop = new AbortController();
  const now = new AbortController();
  // Each of many polls listens more than once, and Node would take ten listeners for a leak.
  setMaxListeners(0, stop.signal, now.signal);
  let first: StopSignal | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isHurried = false;
  const atOnce = () => now.abort(new Failure('interrupted', 'stopped at once'));
  const subscription = world.onSignal((signal) => {
    if (!isStop(signal)) return;
    if (first !== undefined) {
      isHurried = true;
      atOnce();
      return;
    }
    first = signal;
    onFirst();
    stop.abort();
    timer = setTimeout(atOnce, graceMs);
  });
  return {
    stop: stop.signal,
    now: now.signal,
    signal: () => first,
    isHurried: () => isHurried,
    [Symbol.dispose]() {
      clearTimeout(timer);
      subscription[Symbol.dispose]();
    },
  };
}
