import type { AccountConfig } from '../config/config.ts';
import type { StoredPlace } from '../destination/destination.ts';
import { Failure } from '../errors.ts';
import type { PollAccount } from '../poll/poll.ts';
import type { SeenStore } from '../state/seen-store.ts';
import { type Composition, composeAccount } from './compose.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import type { StopSignal, World } from './world.ts';

/**
 * What the commands share that work on what is stored here: an account's parts without its server, ended by a signal at
 * once, which loses nothing.
 */
export class Local implements Disposable {
  readonly signal: AbortSignal;
  readonly stateDir: string;
  readonly #world: World;
  readonly #signals: Disposable;
  #signal: StopSignal = 'SIGINT';

  constructor(world: World, stateDir: string) {
    this.#world = world;
    this.stateDir = stateDir;
    const stop = new AbortController();
    this.signal = stop.signal;
    this.#signals = world.onSignal((signal) => {
      this.#signal = signal;
      stop.abort(new Failure('interrupted', 'stopped'));
    });
  }

  account(config: AccountConfig, again?: Composition['again']): PollAccount {
    const { env, uid, now, readPrompt, stderr } = this.#world;
    return composeAccount(config, {
      stateDir: this.stateDir,
      wait: 0,
      ...(again !== undefined && { again }),
      secrets: { env, uid, signal: this.signal, account: config.name, readPrompt },
      signal: this.signal,
      now,
      notice: (account, text) => stderr.write(`${account}: ${text}\n`),
    });
  }

  status(failure: Failure): ExitStatus {
    return exitStatus(failure, { signal: this.#signal });
  }

  [Symbol.dispose](): void {
    this.#signals[Symbol.dispose]();
  }
}

/** By unique-id, where each message was stored last. */
export async function storedPlaces(
  store: Pick<SeenStore, 'remembered'>,
): Promise<ReadonlyMap<string, StoredPlace>> {
  const places = new Map<string, StoredPlace>();
  await store.remembered(({ uid, stored }) => {
    // Of several records the last one holds: it was fetched again.
    places.delete(uid);
    places.set(uid, stored);
  });
  return places;
}

/** A mistake of usage: nothing is on record of a message that was named. */
export function notKnown(uid: string): Failure {
  return new Failure('usage', `no message "${uid}" is known`, {
    hint: 'unique-ids as --json shows them; what is not known is fetched anyway',
  });
}
