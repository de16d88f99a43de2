import { Failure } from '../../errors.ts';
import type { SpooledMessage, SpoolFolder } from '../spool/agent.ts';
import { senderOfSpooled } from '../spool/head.ts';
import type { OutcomesLog } from '../spool/outcomes.ts';
import { Output } from './output.ts';
import { type Ended, Runner, type RunnerSettings } from './runner.ts';
import { verdict } from './verdict.ts';

export interface RoundParts {
  readonly outcomes: OutcomesLog;
  readonly spool: SpoolFolder;
  readonly concurrency: number;
  readonly ifUnsure: 'redeliver' | 'hold';
  readonly isShellLine: boolean;
  /** Throws the Failure that stops the account where the program has gone. */
  readonly findProgram: () => void;
  readonly runner: Omit<RunnerSettings, 'output'>;
}

/** A batch of messages on their way through the command, so many at once. */
export class Round {
  readonly #messages: readonly SpooledMessage[];
  readonly #parts: RoundParts;
  /** Ends the round: what has not begun is not begun. */
  #stopped: Failure | undefined;

  constructor(messages: readonly SpooledMessage[], parts: RoundParts) {
    this.#messages = messages;
    this.#parts = parts;
  }

  /** The failure of each message, in their order. */
  async run(): Promise<readonly (Failure | undefined)[]> {
    const failures: (Failure | undefined)[] = this.#messages.map(() => undefined);
    const queue = this.#messages.entries();
    const lanes = Math.min(this.#parts.concurrency, this.#messages.length);
    await Promise.all(
      Array.from({ length: lanes }, (_, lane) => this.#lane(lane, queue, failures)),
    );
    return failures;
  }

  async #lane(
    lane: number,
    queue: Iterable<[number, SpooledMessage]>,
    failures: (Failure | undefined)[],
  ): Promise<void> {
    const { spool, runner: settings } = this.#parts;
    using output = new Output(spool.folder, `${spool.owner}.${lane}`);
    let runner: Runner | undefined;
    try {
      for (const [at, message] of queue) {
        if (this.#stopped === undefined) {
          if (!runner?.isUsable) runner = new Runner({ ...settings, output });
          failures[at] = await this.#deliver(message, runner, output);
        } else failures[at] = this.#stopped;
      }
    } finally {
      runner?.close();
    }
  }

  async #deliver(
    message: SpooledMessage,
    runner: Runner,
    output: Output,
  ): Promise<Failure | undefined> {
    const { outcomes, isShellLine, ifUnsure, runner: settings } = this.#parts;
    const { place, uid, fileSize, attempt } = message;
    output.begin();
    const sender = senderOfSpooled(message);
    const ended = await runner.run({ place, uidl: uid, sender, size: fileSize, attempt });
    const said = output.end();
    if (settings.signal.aborted && ended.kind !== 'exited') {
      // The command goes on without us; the next run reads how it ended.
      this.#stopped = new Failure('interrupted', 'stopped while a command was running');
      return this.#stopped;
    }
    // Its runner was killed with it, or before it: without an end on record the next run asks what to do.
    const isHeld = ended.kind === 'unknown' && ifUnsure === 'hold';
    if (ended.kind !== 'exited' && !isHeld) outcomes.note(place, 'end', killed);
    // The next command need not wait: `commit` does, for all of them.
    void outcomes.sync();
    const { timeout } = settings;
    return this.#programGone(ended) ?? verdict(ended, { uid, said, timeout, isShellLine });
  }

  #programGone(ended: Ended): Failure | undefined {
    const isSuspect = ended.kind === 'exited' && (ended.status === 126 || ended.status === 127);
    if (!isSuspect) return undefined;
    try {
      this.#parts.findProgram();
      return undefined;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#stopped = error;
      return error;
    }
  }
}

/** As a shell says it of SIGKILL: how it ended is known, if not by its own word. */
const killed = 137;
