import type { Failure } from '../errors.ts';
import type { Intent } from '../mail/intent.ts';
import type { Envelope, RetrievedMessage } from '../mail/message.ts';

/** A message that a destination has taken in and nobody can see yet. */
export interface Delivery {
  readonly uid: string;
  /** Octets as stored, trace lines not counted. */
  readonly size: number;
  /** SHA-256 (hex) of the octets as stored, trace lines not counted. */
  readonly sha256: string;
  /** The message's Message-ID as it stands, if one was found near the top. */
  readonly messageId: string | undefined;
}

export interface Recovered {
  readonly uid: string;
  /**
   * delivered: it is there, durably, exactly once. absent: nothing of it is visible; fetch it again. partial: `parts` have
   * it, the others are to get it. quarantined: it is there, but not where it was to be. unsure: it may be there, and is
   * not to be delivered again on the chance; `parts` have it.
   */
  readonly state: 'delivered' | 'absent' | 'partial' | 'quarantined' | 'unsure';
  readonly parts?: readonly string[];
}

export interface FailedDelivery {
  readonly delivery: Delivery;
  readonly failure: Failure;
  /** Of several destinations or recipients, those which have it, where it is certain that the others have not. */
  readonly parts?: readonly string[];
}

/**
 * What became of a stored message. missing: not found where it was put, as when its reader moved or deleted it. changed:
 * it is there, and is not what was delivered. unknown: nobody can tell here. `intact` are, of several, those which have
 * it as it was.
 */
export interface Checked {
  readonly state: 'intact' | 'changed' | 'missing' | 'unknown';
  readonly intact?: readonly string[];
}

/** What is on record of a stored message. */
export type StoredPlace = Pick<Intent, 'place' | 'size' | 'sha256'>;

/** Whom files on their way belong to: no two owners ever sweep each other's. */
export interface DeliveryOwner {
  readonly account: string;
  /** Random, made once with the account's journal. */
  readonly storeId: string;
}

/** What a destination has of the program around it. */
export interface DeliverySurroundings {
  /** Folder for files on their way, this account's alone. It need not be there yet. */
  readonly spool: string;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  /** Tells the user, in a sentence, what is no failure. */
  readonly notice: (text: string) => void;
}

/**
 * Where messages go. The order is accept → secure → (the caller records the intents) → commit → (the caller records
 * that it is done). After a crash anywhere, `recover` with the intents left behind says which were delivered.
 */
export interface Destination {
  /** For people: `~/Maildir/`, `procmail`. */
  readonly label: string;
  /** Is it there, ours to write to, complete? Creates what is missing. Called before the server is. */
  prepare(): Promise<void>;
  /** Takes the content in. Throws a Failure, leaving nothing behind, when it cannot. */
  accept(message: RetrievedMessage, envelope: Envelope): Promise<Delivery>;
  /** Makes the batch durable, still invisible. Returns those that could not be; they are aborted already. */
  secure(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]>;
  /** What to put on record before `commit`; valid after `secure`. */
  intent(delivery: Delivery): Omit<Intent, 'bootId'>;
  /**
   * Makes the batch visible. After it a power cut loses none of them. Returns those that could not be; their intents
   * stand, and the next run's `recover` settles them.
   */
  commit(batch: readonly Delivery[]): Promise<readonly FailedDelivery[]>;
  /** Where it can be found now, for people and `--json`; undefined where there is no such place. */
  pathOf(delivery: Delivery): string | undefined;
  /**
   * A batch is over, in whatever way: lets go of locks that `secure` took and `commit` did not come to give back.
   * Never rejects. Needed only where `secure` takes any.
   */
  release?(): Promise<void>;
  /** Takes back what was accepted and not committed. */
  abort(delivery: Delivery): Promise<void>;
  /** Settles what a crashed run left: rolls forward what it can, sweeps what was never promised. */
  recover(intents: readonly Intent[], bootId: string): Promise<readonly Recovered[]>;
  /** Whether messages are still what was delivered, each in its turn; undefined where that cannot be known. */
  check?(stored: readonly StoredPlace[]): Promise<readonly Checked[]>;
  /**
   * Of how many of these unique-ids it has messages that this account once delivered, whatever became of its records.
   * Needed only where that shows.
   */
  received?(uids: readonly string[]): Promise<number>;
}
