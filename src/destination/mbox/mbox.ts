import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { syncDirectory } from '../../durable/file.ts';
import { storageFailure } from '../../durable/storage-failure.ts';
import { Failure } from '../../errors.ts';
import type { Intent } from '../../mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../../mail/message.ts';
import { traceOf } from '../../mail/trace.ts';
import type {
  Checked,
  Delivery,
  DeliveryOwner,
  DeliverySurroundings,
  Destination,
  FailedDelivery,
  Recovered,
  StoredPlace,
} from '../destination.ts';
import { checkMbox } from './check.ts';
import { clearOwnDotlock, type Locker } from './dotlock.ts';
import { type LockedMailbox, lockMailbox } from './lock.ts';
import { followOwnLinks, prepareMailboxFile } from './mailbox-file.ts';
import { recoverIntents } from './recover.ts';
import { Round } from './round.ts';
import { Spool, type Spooled } from './spool.ts';
import { Turns } from './turns.ts';

export interface MboxSettings {
  readonly path: string;
  readonly label: string;
}

/** What the outside world is to an mbox; tests have their own. */
export interface MboxSurroundings extends DeliverySurroundings {
  readonly hostname: string;
  readonly pid: number;
  /** ms since 1970. */
  readonly now: () => number;
  /** ms to wait for other programs that have the mbox locked. */
  readonly wait: number;
  /** Of all destinations in this process. */
  readonly turns: Turns;
}

const turns = new Turns();
/** A mail reader that saves a large mbox has it locked for as long; more is a forgotten lock, as a rule. */
const lockWait = 30_000;

/**
 * An mbox file that other programs read and write too: mboxrd quoting, an empty line behind each message. The locks are
 * held from `secure`, which promises where the messages will be, until `commit` has put them there.
 *
 * Exactly once, but for one case: when a run is killed within `commit` and another program then changes what is in the
 * file, or puts a message behind a part of ours, it cannot always be told whether ours is there; it is fetched again.
 */
export function mbox(
  settings: MboxSettings,
  owner: DeliveryOwner,
  surroundings: DeliverySurroundings,
): Destination {
  return new Mbox(settings, owner, {
    ...surroundings,
    hostname: os.hostname(),
    pid: process.pid,
    now: Date.now,
    wait: lockWait,
    turns,
  });
}

export class Mbox implements Destination {
  readonly label: string;
  readonly #path: string;
  readonly #surroundings: MboxSurroundings;
  readonly #locker: Locker;
  readonly #spool: Spool;
  readonly #held = new WeakMap<Delivery, Spooled>();
  readonly #places = new WeakMap<Delivery, string>();
  #round: Round | undefined;
  #isFolderSynced = false;
  #saidDotlockAlone = false;
  /** Who has it locked was waited for: that is not done again for each batch of a poll. */
  #hasWaited = false;

  constructor(settings: MboxSettings, owner: DeliveryOwner, surroundings: MboxSurroundings) {
    this.label = settings.label;
    this.#path = settings.path;
    this.#surroundings = surroundings;
    const { pid, now, spool } = surroundings;
    const identity = `${owner.storeId}\n${owner.account}\n${settings.path}`;
    const mark = createHash('sha256').update(identity).digest('hex').slice(0, 16);
    this.#locker = { mark, pid, now };
    this.#spool = new Spool(spool, mark);
  }

  async prepare(): Promise<void> {
    await prepareMailboxFile(this.#file());
    await this.#spool.prepare();
  }

  async accept(message: RetrievedMessage, envelope: Envelope): Promise<Delivery> {
    const { uid } = message.ref;
    const trace = traceOf(envelope, this.#surroundings.hostname);
    const spooled = await this.#spool.receive(message.content, envelope, trace);
    const { size, sha256, messageId } = spooled;
    const delivery: Delivery = { uid, size, sha256, messageId };
    this.#held.set(delivery, spooled);
    return delivery;
  }

  async secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    if (batch.length === 0) return [];
    await this.release();
    try {
      await this.#spool.sync(batch.map((delivery) => this.#heldFor(delivery)));
      const round = Round.begin(await this.#lock(), this.#path);
      this.#round = round;
      for (const delivery of batch)
        this.#places.set(delivery, round.promise(this.#heldFor(delivery)));
      return [];
    } catch (error) {
      const failure = storageFailure(error, this.#path);
      for (const delivery of batch) await this.abort(delivery);
      return batch.map((delivery) => ({ delivery, failure }));
    }
  }

  intent(delivery: Delivery): Omit<Intent, 'bootId'> {
    const { uid, size, sha256 } = delivery;
    return { uid, place: known(this.#places.get(delivery)), size, sha256 };
  }

  async commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    if (batch.length === 0) return [];
    const spooled = batch.map((delivery) => this.#heldFor(delivery));
    try {
      const round = known(this.#round);
      await round.append(spooled, this.#spool);
      // Readers remove an mbox that became empty: this one may be new.
      if (round.wasEmpty) this.#isFolderSynced = false;
      await this.#syncFolder();
      for (const one of spooled) this.#spool.done(one);
      return [];
    } catch (error) {
      const failure = storageFailure(error, this.#path);
      return batch.map((delivery) => ({ delivery, failure }));
    } finally {
      await this.release();
    }
  }

  pathOf(): string {
    return this.#path;
  }

  async release(): Promise<void> {
    const round = this.#round;
    if (round === undefined) return;
    this.#round = undefined;
    round.release();
    for (const spooled of round.unappended) this.#spool.leave(spooled);
  }

  async abort(delivery: Delivery): Promise<void> {
    this.#spool.done(this.#heldFor(delivery));
  }

  async recover(intents: readonly Intent[]): Promise<readonly Recovered[]> {
    try {
      await this.release();
      clearOwnDotlock(`${this.#file()}.lock`, this.#locker);
      const recovered = intents.length === 0 ? [] : await this.#settle(intents);
      this.#spool.sweep(new Set());
      return recovered;
    } catch (error) {
      throw storageFailure(error, this.#path);
    }
  }

  async check(stored: readonly StoredPlace[]): Promise<readonly Checked[]> {
    try {
      return checkMbox(this.#file(), stored);
    } catch (error) {
      throw storageFailure(error, this.#path);
    }
  }

  async #settle(intents: readonly Intent[]): Promise<readonly Recovered[]> {
    const locked = await this.#lock();
    try {
      const { recovered, doubtful } = await recoverIntents(intents, {
        fd: locked.fd,
        openSpool: (name) => this.#spool.openLeft(name),
      });
      if (doubtful > 0) {
        const messages = doubtful === 1 ? 'one message' : `${doubtful} messages`;
        this.#surroundings.notice(
          `${this.label} was written by another program after a crash; ${messages} that may be in it already will be fetched again`,
        );
      }
      await this.#syncFolder();
      return recovered;
    } finally {
      locked.release();
    }
  }

  /** Once a file: the name of a new one must survive a power cut too. */
  async #syncFolder(): Promise<void> {
    if (this.#isFolderSynced) return;
    await syncDirectory(path.dirname(this.#file()));
    this.#isFolderSynced = true;
  }

  async #lock(): Promise<LockedMailbox> {
    const { turns: all, wait, signal } = this.#surroundings;
    try {
      return await lockMailbox(this.#file(), {
        locker: this.#locker,
        turns: all,
        wait: this.#hasWaited ? 0 : wait,
        signal,
        onDotlockAlone: () => this.#sayDotlockAlone(),
      });
    } catch (error) {
      this.#hasWaited = error instanceof Failure && error.code === 'destination_locked';
      throw error;
    }
  }

  #sayDotlockAlone(): void {
    if (this.#saidDotlockAlone) return;
    this.#saidDotlockAlone = true;
    this.#surroundings.notice(
      `${this.label} is locked by ${path.basename(this.#path)}.lock alone: fs-native-extensions is not installed, or the file system has no locks`,
    );
  }

  /** Asked each time: the user may put a link there while we run. */
  #file(): string {
    return followOwnLinks(this.#path);
  }

  #heldFor(delivery: Delivery): Spooled {
    return known(this.#held.get(delivery));
  }
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new TypeError('a delivery of another destination');
  return found;
}
