import fs from 'node:fs';
import os from 'node:os';
import { createFile, syncDirectory } from '../../durable/file.ts';
import { errnoOf, storageFailure } from '../../durable/storage-failure.ts';
import { syncWindow } from '../../durable/sync-window.ts';
import type { Failure } from '../../errors.ts';
import type { Intent } from '../../mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../../mail/message.ts';
import { type Trace, traceOf } from '../../mail/trace.ts';
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
import { checkFile, filesByBase, messagesIn } from './find.ts';
import { type Folders, foldersOf, prepareFolders } from './folders.ts';
import { recoverIntents, sweep } from './recover.ts';
import { messageInName, UniqueNames, withSize } from './unique-name.ts';

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
  /** File names in `tmp/` and in `new/`. */
  readonly name: string;
  readonly place: string;
  readonly synced: Promise<Failure | undefined>;
}

/** Carries what is known of the file where only a Maildir sees it: a weak map is work for the garbage collector. */
class MaildirDelivery implements Delivery {
  readonly uid: string;
  readonly size: number;
  readonly sha256: string;
  readonly messageId: string | undefined;
  readonly #held: Held;

  constructor(uid: string, held: Held) {
    this.uid = uid;
    this.size = held.size;
    this.sha256 = held.sha256;
    this.messageId = held.messageId;
    this.#held = held;
  }

  static heldFor(this: void, delivery: Delivery): Held {
    if (!(delivery instanceof MaildirDelivery))
      throw new TypeError('a delivery of another destination');
    return delivery.#held;
  }
}

const { heldFor } = MaildirDelivery;

class Maildir implements Destination {
  readonly label: string;
  readonly #folders: Folders;
  readonly #owner: DeliveryOwner;
  readonly #surroundings: MaildirSurroundings;
  /** In `tmp/`, on their way; never swept. */
  readonly #onTheirWay = new Set<string>();
  readonly #spareBuffers: Uint8Array[] = [];
  #names: UniqueNames | undefined;
  #trace: { readonly envelope: Envelope; readonly trace: Trace } | undefined;

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
    const trace = this.#traceOf(envelope);
    const buffer = this.#spareBuffers.pop() ?? new Uint8Array(bufferSize);
    let written: Written;
    try {
      written = await writeMessage(message.content, trace, buffer, () =>
        syncWindow.withDescriptorAtOnce(() => this.#createTmp(uid, envelope.receivedAt)),
      );
    } catch (error) {
      throw errnoOf(error) === undefined ? error : storageFailure(error, this.#folders.tmp);
    } finally {
      this.#spareBuffers.push(buffer);
    }
    if (!syncWindow.enterAtOnce()) await syncWindow.enter();
    const synced = syncWindow.syncAndClose(written.fd, written.path);
    const name = written.path.slice(this.#folders.tmp.length + 1);
    this.#onTheirWay.add(name);
    const place = withSize(name, written.fileSize);
    return new MaildirDelivery(uid, { ...written, name, place, synced });
  }

  async secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const failed: FailedDelivery[] = [];
    const synced: Delivery[] = [];
    for (const delivery of batch) {
      const failure = await heldFor(delivery).synced;
      if (failure === undefined) synced.push(delivery);
      else failed.push({ delivery, failure });
    }
    if (synced.length > 0) failed.push(...(await this.#syncOrFail(this.#folders.tmp, synced)));
    for (const { delivery } of failed) await this.abort(delivery);
    return failed;
  }

  intent(delivery: Delivery): Omit<Intent, 'bootId'> {
    const { uid, size, sha256 } = delivery;
    return { uid, place: heldFor(delivery).place, size, sha256 };
  }

  async commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]> {
    const failed: FailedDelivery[] = [];
    const visible: Delivery[] = [];
    for (const delivery of batch) {
      const { path: tmpPath, name, place } = heldFor(delivery);
      try {
        fs.renameSync(tmpPath, `${this.#folders.new}/${place}`);
        this.#onTheirWay.delete(name);
        visible.push(delivery);
      } catch (error) {
        failed.push({ delivery, failure: storageFailure(error, this.#folders.new) });
      }
    }
    if (visible.length > 0) failed.push(...(await this.#syncOrFail(this.#folders.new, visible)));
    return failed;
  }

  pathOf(delivery: Delivery): string | undefined {
    return `${this.#folders.new}/${heldFor(delivery).place}`;
  }

  async abort(delivery: Delivery): Promise<void> {
    const { path: tmpPath, name } = heldFor(delivery);
    this.#onTheirWay.delete(name);
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

  async received(uids: readonly string[]): Promise<number> {
    try {
      const there = messagesIn(this.#folders.root);
      const { account } = this.#owner;
      return uids.filter((uid) => there.has(messageInName(account, uid))).length;
    } catch (error) {
      throw storageFailure(error, this.#folders.root);
    }
  }

  /** Messages of one second share their envelope, and their trace lines with it. */
  #traceOf(envelope: Envelope): Trace {
    if (this.#trace?.envelope !== envelope)
      this.#trace = { envelope, trace: traceOf(envelope, this.#surroundings.hostname) };
    return this.#trace.trace;
  }

  #createTmp(uid: string, receivedAt: Date): CreatedFile {
    for (;;) {
      const tmpPath = `${this.#folders.tmp}/${this.#namesOfOurs().next(uid, receivedAt)}`;
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
      this.#names = new UniqueNames(owner, account, this.#surroundings.hostname);
    }
    return this.#names;
  }
}
