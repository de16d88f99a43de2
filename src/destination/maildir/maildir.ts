import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createFile, syncDirectory } from '../../durable/file.ts';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import { syncWindow } from '../../durable/sync-window.ts';
import type { Failure } from '../../errors.ts';
import type { Intent } from '../../mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../../mail/message.ts';
import { traceLines } from '../../mail/trace.ts';
import type {
  Checked,
  Delivery,
  DeliveryOwner,
  Destination,
  FailedDelivery,
  Recovered,
  StoredPlace,
} from '../destination.ts';
import { type CreatedFile, type Written, writeMessage } from '../incoming.ts';
import { checkFile, filesByBase } from './find.ts';
import { type Folders, foldersOf, prepareFolders } from './folders.ts';
import { recoverIntents, sweep } from './recover.ts';
import { UniqueNames, withSize } from './unique-name.ts';

export interface MaildirSettings {
  readonly path: string;
  readonly label: string;
}

/** What the outside world is to a Maildir; tests have their own. */
export interface MaildirSurroundings {
  readonly hostname: string;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * A Maildir, with each message delivered exactly once: what is in `tmp/` was promised or is swept, what is in `new/` was
 * moved there by one rename, and each step is on the disk before the next begins.
 */
export function maildir(
  settings: MaildirSettings,
  owner: DeliveryOwner,
  surroundings: MaildirSurroundings = { hostname: os.hostname(), now: Date.now },
): Destination {
  return new Maildir(settings, owner, surroundings);
}

/** Enough for the message that most mail is; larger ones take several writes. */
const bufferSize = 64 * 1024;

interface Held extends Written {
  /** File name in `new/`. */
  readonly place: string;
  readonly synced: Promise<Failure | undefined>;
}

class Maildir implements Destination {
  readonly label: string;
  readonly #folders: Folders;
  readonly #owner: DeliveryOwner;
  readonly #surroundings: MaildirSurroundings;
  readonly #held = new WeakMap<Delivery, Held>();
  /** In `tmp/`, on their way; never swept. */
  readonly #onTheirWay = new Set<string>();
  readonly #spareBuffers: Uint8Array[] = [];
  #names: UniqueNames | undefined;

  constructor(settings: MaildirSettings, owner: DeliveryOwner, surroundings: MaildirSurroundings) {
    this.label = settings.label;
    this.#folders = foldersOf(settings.path);
    this.#owner = owner;
    this.#surroundings = surroundings;
  }

  async prepare(): Promise<void> {
    await prepareFolders(this.#folders);
  }

  async accept(message: RetrievedMessage, envelope: Envelope): Promise<Delivery> {
    const { uid } = message.ref;
    const trace = traceLines(envelope, this.#surroundings.hostname);
    const buffer = this.#spareBuffers.pop() ?? new Uint8Array(bufferSize);
    let written: Written;
    try {
      const create = () =>
        syncWindow.withDescriptor(async () => this.#createTmp(uid, envelope.receivedAt));
      written = await writeMessage(message.content, trace, buffer, create);
    } catch (error) {
      throw errnoOf(error) === undefined ? error : storageFailure(error, this.#folders.tmp);
    } finally {
      this.#spareBuffers.push(buffer);
    }
    await syncWindow.enter();
    const synced = syncWindow.syncAndClose(written.fd, written.path);
    const { size, sha256, messageId, fileSize } = written;
    const delivery: Delivery = { uid, size, sha256, messageId };
    const place = withSize(path.basename(written.path), fileSize);
    this.#onTheirWay.add(path.basename(written.path));
    this.#held.set(delivery, { ...written, place, synced });
    return delivery;
  }

  async secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const failed: FailedDelivery[] = [];
    const synced: Delivery[] = [];
    for (const delivery of batch) {
      const failure = await this.#heldFor(delivery).synced;
      if (failure === undefined) synced.push(delivery);
      else failed.push({ delivery, failure });
    }
    if (synced.length > 0) failed.push(...(await this.#syncOrFail(this.#folders.tmp, synced)));
    for (const { delivery } of failed) await this.abort(delivery);
    return failed;
  }

  intent(delivery: Delivery): Omit<Intent, 'bootId'> {
    const { uid, size, sha256 } = delivery;
    return { uid, place: this.#heldFor(delivery).place, size, sha256 };
  }

  async commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const failed: FailedDelivery[] = [];
    const visible: Delivery[] = [];
    for (const delivery of batch) {
      const { path: tmpPath, place } = this.#heldFor(delivery);
      try {
        fs.renameSync(tmpPath, path.join(this.#folders.new, place));
        this.#onTheirWay.delete(path.basename(tmpPath));
        visible.push(delivery);
      } catch (error) {
        failed.push({ delivery, failure: storageFailure(error, this.#folders.new) });
      }
    }
    if (visible.length > 0) failed.push(...(await this.#syncOrFail(this.#folders.new, visible)));
    return failed;
  }

  pathOf(delivery: Delivery): string | undefined {
    return path.join(this.#folders.new, this.#heldFor(delivery).place);
  }

  async abort(delivery: Delivery): Promise<void> {
    const tmpPath = this.#heldFor(delivery).path;
    this.#onTheirWay.delete(path.basename(tmpPath));
    try {
      fs.rmSync(tmpPath, { force: true });
    } catch {
      // Nobody sees it, and the next run's `recover` sweeps it: the failure that led here matters more.
    }
  }

  async recover(intents: readonly Intent[], bootId: string): Promise<readonly Recovered[]> {
    try {
      const circumstances = {
        folders: this.#folders,
        names: this.#namesOfOurs(),
        bootId,
        now: this.#surroundings.now(),
      };
      const recovered = await recoverIntents(intents, circumstances);
      sweep(intents, circumstances, (name) => this.#onTheirWay.has(name));
      return recovered;
    } catch (error) {
      throw storageFailure(error, this.#folders.root);
    }
  }

  async check(stored: readonly StoredPlace[]): Promise<readonly Checked[]> {
    try {
      const files = filesByBase(this.#folders.root);
      return stored.map((one) => checkFile(files, one));
    } catch (error) {
      throw storageFailure(error, this.#folders.root);
    }
  }

  #heldFor(delivery: Delivery): Held {
    const held = this.#held.get(delivery);
    if (held === undefined) throw new TypeError('a delivery of another destination');
    return held;
  }

  #createTmp(uid: string, receivedAt: Date): CreatedFile {
    for (;;) {
      const tmpPath = path.join(this.#folders.tmp, this.#namesOfOurs().next(uid, receivedAt));
      try {
        return { fd: createFile(tmpPath, 0o600), path: tmpPath };
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
    }
  }

  async #syncOrFail(folder: string, batch: readonly Delivery[]): Promise<FailedDelivery[]> {
    try {
      await syncWindow.withDescriptor(() => syncDirectory(folder));
      return [];
    } catch (error) {
      const failure = storageFailure(error, folder);
      return batch.map((delivery) => ({ delivery, failure }));
    }
  }

  /** Not made before the folder is: the same Maildir under another path is the same. */
  #namesOfOurs(): UniqueNames {
    if (this.#names === undefined) {
      const { account, storeId } = this.#owner;
      const root = fs.realpathSync(this.#folders.root);
      const owner = `${storeId}\n${account}\n${root}`;
      this.#names = new UniqueNames(owner, this.#surroundings.hostname);
    }
    return this.#names;
  }
}
