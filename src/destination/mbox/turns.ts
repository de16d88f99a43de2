/** Lets one after the other at a thing by its name, in the order in which they came. */
export class Turns {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Resolves with what ends the turn; rejects with the signal's reason when that fires first. */
  async take(name: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const queue = this.#waiting.get(name);
    if (queue === undefined) this.#waiting.set(name, []);
    else await this.#wait(queue, signal);
    return () => this.#next(name);
  }

  async #wait(queue: (() => void)[], signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const proceed = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        queue.splice(queue.indexOf(proceed), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      queue.push(proceed);
    });
  }

  #next(name: string): void {
    const proceed = this.#waiting.get(name)?.shift();
    if (proceed === undefined) this.#waiting.delete(name);
    else proceed();
  }
}
