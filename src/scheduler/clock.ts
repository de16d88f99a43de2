/** A clock that nobody sets: it only goes on, and may stand still while the computer sleeps. */
export interface Clock {
  /** ms. */
  now(): number;
  /** Resolves after so many ms, or as soon as the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}
