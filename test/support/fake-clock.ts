import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/scheduler/clock.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that a test moves: weeks pass in a moment, and nothing sleeps. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const timer = { at: this.#now + Math.max(ms, 0), fire: () => done() };
      const done = () => {
        this.#timers.delete(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#timers.add(timer);
    });
  }

  /** Waits that nobody has ended. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Lets so many ms pass, each wait in its turn. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await setImmediate();
      let next: Timer | undefined;
      for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
      if (next === undefined || next.at > end) break;
      this.#now = next.at;
      next.fire();
    }
    this.#now = end;
  }
}
