interface Asking {
  readonly resolve: (next: Promise<IteratorResult<Uint8Array>>) => void;
  readonly reject: (thrown: unknown) => void;
}

/**
 * Hands one content to several readers at the speed of the slowest: the next slice is asked for when all of them want
 * it, and so have used up the one before. Nothing is copied and nothing gathers.
 */
export class LockStep {
  readonly #content: AsyncIterator<Uint8Array>;
  readonly #readers = new Set<number>();
  #asking: Asking[] = [];
  #broken: { readonly thrown: unknown } | undefined;

  constructor(content: AsyncIterable<Uint8Array>, readers: number) {
    this.#content = content[Symbol.asyncIterator]();
    for (let reader = 0; reader < readers; reader++) this.#readers.add(reader);
  }

  /** What this reader gets; to be read once. */
  reader(): AsyncIterable<Uint8Array> {
    const next = () => this.#next();
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** This reader wants no more: the others do not wait for it. */
  leave(reader: number): void {
    if (this.#readers.delete(reader)) this.#pull();
  }

  /** Nobody gets any more; who asks is told why. */
  break(thrown: unknown): void {
    if (this.#broken !== undefined) return;
    this.#broken = { thrown };
    const asking = this.#asking;
    this.#asking = [];
    for (const { reject } of asking) reject(thrown);
  }

  /** Lets go of the content, read to its end or not. */
  async close(): Promise<void> {
    await this.#content.return?.();
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken.thrown);
    return new Promise((resolve, reject) => {
      this.#asking.push({ resolve, reject });
      this.#pull();
    });
  }

  #pull(): void {
    if (this.#asking.length === 0 || this.#asking.length < this.#readers.size) return;
    const asking = this.#asking;
    this.#asking = [];
    // As a promise: what the content throws reaches all of them.
    const next = this.#content.next();
    for (const { resolve } of asking) resolve(next);
  }
}
