import type { Destination } from '../destination/destination.ts';
import type { Failure } from '../errors.ts';
import type { PopfetchEvent } from '../events.ts';
import type { MessageRef } from '../mail/message.ts';
import type { Accepted } from './settle.ts';

type MessageEvent = Extract<PopfetchEvent, { type: 'message' }>;

/** A message is safely stored, or put aside in quarantine. */
export function storedEvent(
  account: string,
  destination: Destination,
  { ref, delivery, quarantined, began }: Accepted,
): MessageEvent {
  const { uid, number, size } = ref;
  const { sha256, messageId } = delivery;
  const path = destination.pathOf(delivery);
  return {
    type: 'message',
    account,
    action: quarantined === undefined ? 'delivered' : 'quarantined',
    uid,
    number,
    size,
    destination: destination.label,
    sha256,
    ...(quarantined === undefined ? {} : { reason: quarantined }),
    ...(path === undefined ? {} : { path }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(began === undefined ? {} : { durationMs: Math.round(performance.now() - began) }),
  };
}

/** The server did not hand it out. */
export function passedOverEvent(
  account: string,
  { uid, number, size }: MessageRef,
  reason: string,
): MessageEvent {
  return { type: 'message', account, action: 'skipped', uid, number, size, reason };
}

/** The destination did not take this message; others it may take. */
export function refusedEvent(
  account: string,
  { label }: Destination,
  { uid, number, size }: MessageRef,
  failure: Failure,
): MessageEvent {
  const { output, path, reason = failure.message, destination = label } = failure.facts;
  return {
    type: 'message',
    account,
    action: failure.nature.temporary ? 'skipped' : 'rejected',
    uid,
    number,
    size,
    destination,
    reason: path === undefined ? `${destination} ${reason}` : failure.message,
    ...(output === undefined ? {} : { output }),
  };
}
