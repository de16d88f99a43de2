import type { Emit, PopfetchEvent } from '../events.ts';
import { Progress } from './progress.ts';
import { isTransfer, minuteLine, progressLines, type ScreenSize } from './progress-lines.ts';
import type { TextSink } from './text-sink.ts';

/** Goes only forward. `wait` ends early, without a word, when the signal fires. */
export interface ProgressClock {
  now(): number;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export interface ProgressOptions {
  readonly stderr: TextSink;
  readonly clock: ProgressClock;
}

/** Told what happens; shows it from time to time until it is disposed. */
export interface ProgressDisplay extends Disposable {
  readonly note: Emit;
  /** Told of the octets that come over each account's line. */
  readonly received: (account: string, octets: number) => void;
}

/** ms. What is over sooner needs no progress. */
const patience = 1000;
/** ms. Ten frames a second are smooth enough, and cost nothing. */
const frame = 100;
const minute = 60_000;

/** Where stderr is no terminal: a line a minute for each account that has been at it for as long. */
export function minuteProgress({ stderr, clock }: ProgressOptions): ProgressDisplay {
  const progress = new Progress(() => clock.now());
  const stop = new AbortController();
  const look = async () => {
    for (;;) {
      await clock.wait(minute, stop.signal);
      if (stop.signal.aborted) return;
      const now = clock.now();
      for (const one of progress.active)
        if (isTransfer(one) && now - (one.since ?? now) >= minute)
          stderr.write(`${minuteLine(one)}\n`);
    }
  };
  return displaying(progress, stop, look);
}

export interface ScreenOptions extends ProgressOptions {
  /** As it is now: a window may change. */
  readonly size: () => ScreenSize;
}

/** Lines at the end of a terminal, which give way to whatever else is written there, and are cleared at the end. */
export class ProgressScreen implements ProgressDisplay {
  readonly note: Emit;
  readonly received: ProgressDisplay['received'];
  readonly #options: ScreenOptions;
  readonly #progress: Progress;
  readonly #display: ProgressDisplay;
  readonly #stop = new AbortController();
  #drawn: readonly string[] = [];
  #questions = 0;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#progress = new Progress(() => options.clock.now());
    this.#display = displaying(this.#progress, this.#stop, () => this.#draw());
    this.received = this.#display.received;
    this.note = (event) => {
      this.#display.note(event);
      if (event.type === 'run.end') this[Symbol.dispose]();
    };
  }

  /** Clears its lines, for what is written next to stay; they come back with the next frame. */
  giveWay(): void {
    const erase = this.#erasing();
    this.#drawn = [];
    if (erase !== '') this.#options.stderr.write(erase);
  }

  /** Asks a question with nothing else going on below it. */
  async aside<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    this.#questions += 1;
    this.giveWay();
    try {
      return await ask();
    } finally {
      this.#questions -= 1;
    }
  }

  [Symbol.dispose](): void {
    this.#display[Symbol.dispose]();
    this.giveWay();
  }

  async #draw(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    for (;;) {
      const since = this.#progress.activeSince;
      const early = since === undefined ? patience : since + patience - clock.now();
      if (early > 0) this.giveWay();
      await clock.wait(Math.max(early, frame), signal);
      if (signal.aborted) return;
      this.#frame();
    }
  }

  #frame(): void {
    const { clock, size, stderr } = this.#options;
    const since = this.#progress.activeSince;
    const now = clock.now();
    if (this.#questions > 0 || since === undefined || now - since < patience) return;
    const lines = progressLines(this.#progress, now, size());
    if (lines.join('\n') === this.#drawn.join('\n')) return;
    const erase = this.#erasing();
    this.#drawn = lines;
    stderr.write(`${erase}${lines.join('\n')}`);
  }

  /** From the last line's end to the first one's start; a window made narrower has wrapped them. */
  #erasing(): string {
    if (this.#drawn.length === 0) return '';
    const { columns } = this.#options.size();
    const rows = this.#drawn.reduce(
      (sum, { length }) => sum + Math.max(Math.ceil(length / Math.max(columns, 1)), 1),
      0,
    );
    return `\r${rows > 1 ? `\u001b[${rows - 1}A` : ''}\u001b[J`;
  }
}

/** Nothing is looked at before an account begins: most commands end before. */
function displaying(
  progress: Progress,
  stop: AbortController,
  look: () => Promise<void>,
): ProgressDisplay {
  let isLooking = false;
  return {
    note(event: PopfetchEvent) {
      progress.note(event);
      if (isLooking || event.type !== 'account.start') return;
      isLooking = true;
      // Ends when it is told to, and writes no more then.
      void look();
    },
    received: (account, octets) => progress.received(account, octets),
    [Symbol.dispose]: () => stop.abort(),
  };
}
