import fs from 'node:fs';
import path from 'node:path';
import { createFile, syncDirectory } from '../../durable/file.ts';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import { syncWindow } from '../../durable/sync-window.ts';
import type { Failure } from '../../errors.ts';
import type { Intent } from '../../mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../../mail/message.ts';
import { traceOf } from '../../mail/trace.ts';
import type {
  Delivery,
  DeliveryOwner,
  Destination,
  FailedDelivery,
  Recovered,
} from '../destination.ts';
import { type CreatedFile, type Written, writeMessage } from '../incoming.ts';
import type { Agent, HandedOver, SpooledMessage, SpoolFolder } from './agent.ts';
import { Outcomes, OutcomesLog } from './outcomes.ts';
import { newPlace, ownerOf, parsePlace } from './place.ts';
import { prepareSpool, sweepSpool, wholeFileSize } from './spool.ts';

export interface SpoolSettings {
  /** The account's own folder for messages on their way. */
  readonly folder: string;
  readonly hostname: string;
  /** What becomes of a message of which nobody can know whether the agent took it. */
  readonly ifUnsure: 'redeliver' | 'hold';
}

/**
 * A destination that receives each message completely into a file, and lets an agent hand it over from there. A line
 * that breaks thus never gives the agent a part of a message, and a crashed run leaves all that the next one needs.
 *
 * Delivery is at least once: when the agent's success and its note are parted by a crash of both (or a power cut),
 * the message is handed over again, unless it is to be held. Agents keep that window as small as they can.
 */
export function spooled(agent: Agent, settings: SpoolSettings, owner: DeliveryOwner): Destination {
  return new Spooled(agent, settings, owner);
}

const bufferSize = 64 * 1024;

interface Held extends Written {
  readonly place: string;
  readonly attempt: number;
  readonly already: readonly string[];
  readonly synced: Promise<Failure | undefined>;
}

class Spooled implements Destination {
  readonly label: string;
  readonly #agent: Agent;
  readonly #settings: SpoolSettings;
  readonly #spool: SpoolFolder;
  readonly #held = new WeakMap<Delivery, Held>();
  /** Of this run; never swept. */
  readonly #onTheirWay = new Set<string>();
  readonly #spareBuffers: Uint8Array[] = [];
  #past: Outcomes | undefined;

  constructor(agent: Agent, settings: SpoolSettings, { account, storeId }: DeliveryOwner) {
    this.label = agent.label;
    this.#agent = agent;
    this.#settings = settings;
    const owner = ownerOf(storeId, account, agent.identity);
    this.#spool = { folder: settings.folder, owner };
  }

  async prepare(): Promise<void> {
    await prepareSpool(this.#spool.folder);
    await this.#agent.prepare(this.#spool);
  }

  async accept(message: RetrievedMessage, envelope: Envelope): Promise<Delivery> {
    const { uid } = message.ref;
    const attempt = this.#pastOutcomes().failedAttempts(uid) + 1;
    const { hostname } = this.#settings;
    const trace = traceOf(envelope, hostname, this.#agent.isMailServer ? 'mail server' : 'us');
    const buffer = this.#spareBuffers.pop() ?? new Uint8Array(bufferSize);
    let written: Written;
    try {
      written = await writeMessage(message.content, trace, buffer, () =>
        this.#create(uid, attempt),
      );
    } catch (error) {
      throw errnoOf(error) === undefined ? error : storageFailure(error, this.#spool.folder);
    } finally {
      this.#spareBuffers.push(buffer);
    }
    await syncWindow.enter();
    const synced = syncWindow.syncAndClose(written.fd, written.path);
    const { size, sha256, messageId } = written;
    const delivery: Delivery = { uid, size, sha256, messageId };
    const place = path.basename(written.path);
    this.#onTheirWay.add(place);
    const { already = [] } = envelope;
    this.#held.set(delivery, { ...written, place, attempt, already, synced });
    return delivery;
  }

  async secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const failed: FailedDelivery[] = [];
    for (const delivery of batch) {
      const failure = await this.#heldFor(delivery).synced;
      if (failure !== undefined) failed.push({ delivery, failure });
    }
    if (failed.length < batch.length) {
      try {
        await syncWindow.withDescriptor(() => syncDirectory(this.#spool.folder));
        await this.#noteTaken(batch);
      } catch (error) {
        const failure = storageFailure(error, this.#spool.folder);
        failed.splice(0, failed.length, ...batch.map((delivery) => ({ delivery, failure })));
      }
    }
    for (const { delivery } of failed) await this.abort(delivery);
    return failed;
  }

  /** Recovery knows of a message what was promised, and what is noted here: so that must be on the disk first. */
  async #noteTaken(batch: readonly Delivery[]): Promise<void> {
    const taken = batch.flatMap((delivery) => {
      const { place, already } = this.#heldFor(delivery);
      return already.map((part) => ({ place, part }));
    });
    if (taken.length === 0) return;
    using outcomes = this.#openOutcomes();
    for (const { place, part } of taken) outcomes.note(place, 'took', part);
    await outcomes.sync();
  }

  intent(delivery: Delivery): Omit<Intent, 'bootId'> {
    const { uid, size, sha256 } = delivery;
    return { uid, place: this.#heldFor(delivery).place, size, sha256 };
  }

  async commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const messages = batch.map((delivery) => this.#messageOf(delivery));
    const all = await this.#handOver(messages);
    return batch.flatMap((delivery, at) => {
      const { failure, parts = [] } = all[at] ?? {};
      return failure === undefined ? [] : [{ delivery, failure, parts }];
    });
  }

  /** Where the agent put it is the agent's business. */
  pathOf(): undefined {
    return undefined;
  }

  async abort(delivery: Delivery): Promise<void> {
    const { place } = this.#heldFor(delivery);
    try {
      this.#remove(place);
    } catch {
      // Nobody sees it, and the next run's `recover` sweeps it: the failure that led here matters more.
    }
  }

  async recover(intents: readonly Intent[], bootId: string): Promise<readonly Recovered[]> {
    const places = intents.map(({ place }) => place);
    try {
      await this.#agent.idle(this.#spool, places);
      const recovered = await this.#settle(intents, bootId);
      // Intents may be asked for again when this run dies before it has put them on record.
      const kept = new Set([...places, ...this.#onTheirWay]);
      sweepSpool(this.#spool, (name) => kept.has(name));
      this.#past = this.#outcomes(this.#spool.owner);
      await this.#past.compact(this.#outcomesFile(this.#spool.owner), kept);
      return recovered;
    } catch (error) {
      throw storageFailure(error, this.#spool.folder);
    }
  }

  /** What was begun is known by its outcome; what was not, or has none, is handed over (again). */
  async #settle(intents: readonly Intent[], bootId: string): Promise<readonly Recovered[]> {
    const states = new Map<string, Omit<Recovered, 'uid'>>();
    const ours = this.#outcomes(this.#spool.owner);
    const again: SpooledMessage[] = [];
    for (const intent of intents) {
      const place = parsePlace(intent.place);
      if (place === undefined) continue;
      // The destination may have been changed since, and settled by now all the same.
      const isOurs = ours.of(place.name).state !== 'untouched';
      const outcomes = isOurs ? ours : this.#outcomes(place.owner);
      const outcome = outcomes.of(place.name);
      const already = outcomes.takenBy(place.name);
      if (outcome.state === 'ended') {
        states.set(place.name, outcome.status === 0 ? { state: 'delivered' } : lackedBy(already));
        continue;
      }
      // The notes of before a power cut may be lost: only without one is no note the proof that nothing was begun.
      const isUnsure = outcome.state === 'started' || intent.bootId !== bootId;
      if (isUnsure && this.#settings.ifUnsure === 'hold') {
        states.set(place.name, { ...lackedBy(already), state: 'unsure' });
        continue;
      }
      const file = path.join(this.#spool.folder, place.name);
      const fileSize = wholeFileSize(file, intent);
      if (fileSize === undefined) continue;
      const attempt = outcomes.nextAttempt(place);
      const traceLength = fileSize - intent.size;
      again.push({
        uid: intent.uid,
        place: place.name,
        path: file,
        fileSize,
        traceLength,
        attempt,
        already,
      });
    }
    const all = await this.#handOver(again);
    for (const [at, { place }] of again.entries()) {
      const { failure, parts = [] } = all[at] ?? {};
      if (failure?.code === 'interrupted') throw failure;
      states.set(place, failure === undefined ? { state: 'delivered' } : lackedBy(parts));
    }
    for (const { place } of intents) if (parsePlace(place) !== undefined) this.#remove(place);
    return intents.map(({ uid, place }) => ({ uid, ...(states.get(place) ?? lackedBy([])) }));
  }

  async #handOver(messages: readonly SpooledMessage[]): Promise<readonly HandedOver[]> {
    if (messages.length === 0) return [];
    let all: readonly HandedOver[];
    try {
      using outcomes = this.#openOutcomes();
      all = await this.#agent.handOver(messages, outcomes, this.#spool);
      await outcomes.sync();
    } catch (error) {
      const failure = storageFailure(error, this.#spool.folder);
      return messages.map(() => ({ failure }));
    }
    // Not before the outcomes are on the disk: a file that is gone without one would be fetched again.
    for (const [at, { place }] of messages.entries()) {
      if (all[at]?.failure?.code !== 'interrupted') this.#remove(place);
    }
    return all;
  }

  #messageOf(delivery: Delivery): SpooledMessage {
    const { place, path: file, fileSize, attempt, already } = this.#heldFor(delivery);
    const traceLength = fileSize - delivery.size;
    return { uid: delivery.uid, place, path: file, fileSize, traceLength, attempt, already };
  }

  #heldFor(delivery: Delivery): Held {
    const held = this.#held.get(delivery);
    if (held === undefined) throw new TypeError('a delivery of another destination');
    return held;
  }

  #create(uid: string, attempt: number): Promise<CreatedFile> {
    const file = path.join(this.#spool.folder, newPlace(this.#spool.owner, uid, attempt));
    return syncWindow.withDescriptor(async () => ({ fd: createFile(file, 0o600), path: file }));
  }

  #remove(place: string): void {
    this.#onTheirWay.delete(place);
    fs.rmSync(path.join(this.#spool.folder, place), { force: true });
  }

  #pastOutcomes(): Outcomes {
    this.#past ??= this.#outcomes(this.#spool.owner);
    return this.#past;
  }

  #outcomes(owner: string): Outcomes {
    return Outcomes.read(this.#outcomesFile(owner));
  }

  #openOutcomes(): OutcomesLog {
    return new OutcomesLog(this.#outcomesFile(this.#spool.owner));
  }

  #outcomesFile(owner: string): string {
    return path.join(this.#spool.folder, `${owner}.outcomes`);
  }
}

/** Not delivered, but to these of several recipients. */
function lackedBy(parts: readonly string[]): Omit<Recovered, 'uid'> {
  return parts.length > 0 ? { state: 'partial', parts } : { state: 'absent' };
}
