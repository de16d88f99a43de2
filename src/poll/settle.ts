import type { Delivery, Destination, Recovered } from '../destination/destination.ts';
import type { Failure } from '../errors.ts';
import type { Fingerprint } from '../mail/fingerprint.ts';
import type { Intent } from '../mail/intent.ts';
import type { MessageRef } from '../mail/message.ts';
import type { SourceSession } from '../source/source.ts';
import type { PartRecord, Quarantined, SeenStore } from '../state/seen-store.ts';
import { dropped } from './quarantine.ts';
import { unsureMark } from './unsure.ts';

/** A message that a destination has taken in, and where it came from. */
export interface Accepted {
  readonly ref: MessageRef;
  readonly delivery: Delivery;
  readonly print?: Fingerprint;
  /** It goes into quarantine, and why. */
  readonly quarantined?: string;
  /** When it began to arrive, by `performance.now()`. */
  readonly began?: number;
}

export interface Settled {
  readonly delivered: readonly Accepted[];
  readonly failed: readonly { readonly accepted: Accepted; readonly failure: Failure }[];
}

export interface SettleParts {
  readonly destination: Destination;
  readonly store: Pick<SeenStore, 'bootId' | 'intend' | 'record' | 'recordParts'>;
  readonly session: Pick<SourceSession, 'delete'>;
  readonly onceDelivered: 'leave' | 'delete';
  readonly now: () => number;
}

/**
 * The crash-safe order: on disk, then on record, then off the server. Nothing else may call secure, commit, record and
 * delete for a message that was just retrieved.
 *
 * Killed before `intend`: nothing is visible and the message is fetched again. Killed between `intend` and `record`:
 * the intent tells the next run's recovery whether it became visible. Killed after `record`: it is seen, and deleted
 * next time. So none is lost and none is delivered twice.
 *
 * BEWARE: once `intend` was tried, a delivery must not be aborted, whether or not it succeeded: the intent may be on
 * the disk all the same, and recovery takes a file that is gone from its hidden place for one that became visible.
 */
export async function settle(batch: readonly Accepted[], parts: SettleParts): Promise<Settled> {
  try {
    return await settleInOrder(batch, parts);
  } finally {
    await parts.destination.release?.();
  }
}

async function settleInOrder(batch: readonly Accepted[], parts: SettleParts): Promise<Settled> {
  const { destination, store, session, onceDelivered, now } = parts;
  const failures = new Map<Delivery, Failure>();
  const standing = () => batch.filter(({ delivery }) => !failures.has(delivery));
  const deliveries = () => standing().map(({ delivery }) => delivery);

  for (const { delivery, failure } of await destination.secure(deliveries()))
    failures.set(delivery, failure);
  await store.intend(standing().map((accepted) => intentOf(accepted, parts)));
  const uncommitted = await destination.commit(deliveries());
  for (const { delivery, failure } of uncommitted) failures.set(delivery, failure);
  const deliveredAt = now();
  const delivered = standing();
  await store.record(
    delivered.map(({ ref: { uid }, quarantined }) => ({
      uid,
      deliveredAt,
      ...(quarantined === undefined ? {} : { quarantined }),
    })),
  );
  await store.recordParts(
    uncommitted.flatMap(({ delivery: { uid }, parts = [] }) =>
      parts.length === 0 ? [] : [{ uid, parts }],
    ),
  );
  // What is in quarantine is not where it was to be: the server's copy stays.
  if (onceDelivered === 'delete')
    for (const { ref, quarantined } of delivered)
      if (quarantined === undefined) session.delete(ref);

  const failed = batch.flatMap((accepted) => {
    const failure = failures.get(accepted.delivery);
    return failure === undefined ? [] : [{ accepted, failure }];
  });
  return { delivered, failed };
}

function intentOf({ delivery, print }: Accepted, { destination, store }: SettleParts): Intent {
  const { uid, place, size, sha256 } = destination.intent(delivery);
  const intent = { uid, place, size, sha256, bootId: store.bootId };
  return print === undefined ? intent : { ...intent, print };
}

/** Settles what a crashed run left behind: the same code whether it was killed, lost power, or threw. */
export async function recover(
  destination: Destination,
  store: SeenStore,
  now: () => number,
): Promise<void> {
  const recovered = await destination.recover(store.unsettled, store.bootId);
  const deliveredAt = now();
  const uidsIn = (state: Recovered['state']) =>
    recovered.filter((one) => one.state === state).map(({ uid }) => uid);
  await store.record([
    ...uidsIn('delivered').map((uid) => ({ uid, deliveredAt })),
    ...uidsIn('quarantined').map((uid) => {
      return { uid, deliveredAt, quarantined: store.attempts(uid)?.why ?? 'refused' };
    }),
  ]);
  const unsure = uidsIn('unsure');
  await store.attempted(unsure, unsureMark, deliveredAt);
  const whole = new Set(uidsIn('delivered'));
  await store.recordParts(
    recovered.flatMap(({ uid, parts = [] }) =>
      parts.length === 0 || whole.has(uid) ? [] : [{ uid, parts }],
    ),
  );
  await store.withdraw([...uidsIn('absent'), ...unsure]);
}

/** What is in quarantine is let go: it is no longer here. Only what is treated as delivered may leave the server. */
export async function letGo(
  held: readonly Quarantined[],
  store: Pick<SeenStore, 'record'>,
  asDelivered: boolean,
): Promise<void> {
  await store.record(
    held.map(({ uid, at: deliveredAt }) => ({
      uid,
      deliveredAt,
      ...(asDelivered ? {} : { quarantined: dropped }),
    })),
  );
}

/** As if these had never been stored, but for the parts that have them still: the next poll fetches them again. */
export async function fetchAgain(
  messages: readonly PartRecord[],
  store: Pick<SeenStore, 'forget' | 'recordParts'>,
): Promise<void> {
  await store.forget(messages.map(({ uid }) => uid));
  await store.recordParts(messages.filter(({ parts }) => parts.length > 0));
}
