import { setMaxListeners } from 'node:events';
import type { AccountConfig, Config } from '../config/config.ts';
import { Failure } from '../errors.ts';
import type { Emit, PollCounts } from '../events.ts';
import { type Looked, look } from '../poll/look.ts';
import type { LineWatch } from '../source/source.ts';
import type { GlobalOptions } from './args/global.ts';
import { composeAccount } from './compose.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { namesIn } from './predecessors.ts';
import type { StopSignal, World } from './world.ts';

export interface LookingParts {
  readonly global: GlobalOptions;
  /** Without, nobody asks whether an account that nothing is known of had another name before. */
  readonly config?: Pick<Config, 'accounts' | 'path'>;
  readonly stateDir: string;
  readonly world: World;
  readonly emit: Emit;
}

export interface LookOutcome {
  readonly account: string;
  readonly counts: PollCounts;
  readonly status: ExitStatus;
  readonly failure: Failure | undefined;
}

/** What the commands share that only look: no lock, no state, no status is written, and a signal ends them at once. */
export class Looking implements Disposable {
  readonly #parts: LookingParts;
  readonly #stop = new AbortController();
  readonly #signals: Disposable;
  #signal: StopSignal = 'SIGINT';

  constructor(parts: LookingParts) {
    this.#parts = parts;
    // Node would take ten accounts that listen for a leak.
    setMaxListeners(0, this.#stop.signal);
    this.#signals = parts.world.onSignal((signal) => {
      this.#signal = signal;
      this.#stop.abort(new Failure('interrupted', 'stopped'));
    });
  }

  /** Looks at one maildrop and tells of it. In the counts, `new` is what a poll would fetch. Never rejects. */
  async account(
    config: AccountConfig,
    at: (looked: Looked) => Promise<void> | void,
    line?: LineWatch,
  ): Promise<LookOutcome> {
    const { world, emit } = this.#parts;
    const began = performance.now();
    const signal = this.#stop.signal;
    const { name: account } = config;
    let found = { new: 0, bytes: 0 };
    const { counts: polled, failure } = await look(
      this.#compose(config),
      { emit, stop: signal, signal, now: world.now, line },
      (looked) => {
        const { retrieve } = looked.plan;
        found = { new: retrieve.length, bytes: retrieve.reduce((sum, { size }) => sum + size, 0) };
        return at(looked);
      },
    );
    // Words for failures would take what was wanted for what was to be stored.
    const counts = failure === undefined ? { ...polled, ...found } : { ...polled, wanted: 0 };
    emit({
      type: 'account.end',
      account,
      destination: config.deliver.label,
      counts,
      durationMs: performance.now() - began,
      dryRun: true,
      ...(failure === undefined ? {} : { failure }),
    });
    const status = failure === undefined ? 0 : exitStatus(failure, { signal: this.#signal });
    return { account, counts, status, failure };
  }

  [Symbol.dispose](): void {
    this.#signals[Symbol.dispose]();
  }

  /** Without a limit: what the next run leaves for the one after it is new mail as well. */
  #compose(config: AccountConfig) {
    const { global, config: whole, stateDir, world } = this.#parts;
    const signal = this.#stop.signal;
    const { env, uid, now } = world;
    const readPrompt = global.input ? world.readPrompt : undefined;
    return composeAccount(
      { ...config, limit: undefined, maxBytes: undefined },
      {
        stateDir,
        wait: 0,
        ...(whole && { configured: namesIn(whole) }),
        secrets: { env, uid, signal, account: config.name, readPrompt },
        signal,
        now,
      },
    );
  }
}
