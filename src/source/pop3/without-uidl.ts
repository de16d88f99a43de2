import { randomUUID } from 'node:crypto';
import { headerPrint } from '../../mail/fingerprint.ts';
import { headersIdentity, namelessIdentity } from '../../mail/identity.ts';
import type { MessageRef } from '../../mail/message.ts';
import type { Listing } from '../source.ts';
import type { Dialogue } from './dialogue.ts';
import type { Surveyed } from './survey.ts';
import { top } from './wire/commands.ts';
import type { ListedMessage } from './wire/listing.ts';
import { hasCode } from './wire/status.ts';

/** What the headers tell apart. */
export interface Unclear {
  /** Listed with a unique-id. */
  readonly named: readonly ListedMessage[];
  /** Listed without one: their `uid` is empty. */
  readonly unnamed: readonly ListedMessage[];
  /** Whether messages of this unique-id are told apart by their headers, even if only one of them is listed. */
  readonly isShared: ((uid: string) => boolean) | undefined;
}

export interface Cleared {
  /** By number; those without an identity are not among them. */
  readonly messages: readonly MessageRef[];
  /** Without a unique-id, known by their header. */
  readonly unnamed: number;
  /** With a unique-id that others have as well. */
  readonly shared: number;
  /** Without unique-id and header: they cannot be told from others. */
  readonly unknown: number;
}

/** Octets of a header that count; more is read and dropped. */
const largestHeader = 256 * 1024;

/** TOP commands ahead of their replies at most. */
const mostAhead = 128;

/** A server that refuses TOP for the first messages refuses it for all. */
const probes = 3;

/**
 * Gives each message an identity of its own: its unique-id where that is its own, and what its header adds where the
 * server gives none, or the same one to several messages. Asks for headers (TOP) of those only. Undefined where no
 * message can be told from another: no unique-ids, and TOP is refused.
 */
export async function tellApart(
  unclear: Unclear,
  dialogue: Dialogue,
  window: number,
): Promise<Cleared | undefined> {
  const { clear, shared } = divide(unclear);
  const asked = [...unclear.unnamed, ...shared];
  if (asked.length === 0) return { messages: clear, unnamed: 0, shared: 0, unknown: 0 };
  const prints = await headersOf(asked, dialogue, window);
  if (prints.size === 0 && unclear.named.length === 0) return undefined;
  const counts = new Map<string, number>();
  const told = asked.flatMap(({ uid, number, size }): MessageRef[] => {
    const header = prints.get(number);
    if (header === undefined) return [];
    const first = headersIdentity(uid, header, 1);
    const occurrence = (counts.get(first) ?? 0) + 1;
    counts.set(first, occurrence);
    return [{ uid: headersIdentity(uid, header, occurrence), number, size }];
  });
  return {
    messages: [...clear, ...told].sort((a, b) => a.number - b.number),
    unnamed: unclear.unnamed.filter(({ number }) => prints.has(number)).length,
    shared: shared.length,
    unknown: asked.length - told.length,
  };
}

/** The listing, with what the unique-ids left open. */
export function listingOf(surveyed: Surveyed, told: Cleared | undefined): Listing {
  const { count, size, isWhole } = surveyed;
  if (told === undefined) {
    const oddities = { unnamed: 0, shared: 0, unknown: 0, nameless: true };
    return {
      messages: nameless(surveyed.unnamed),
      count,
      size,
      complete: isWhole,
      oddities,
    };
  }
  const { messages, unnamed, shared, unknown } = told;
  const complete = isWhole && unknown === 0;
  const oddities = { unnamed, shared, unknown, nameless: false };
  return {
    messages,
    count,
    size,
    complete,
    ...(unnamed + shared + unknown > 0 && { oddities }),
  };
}

/** For a maildrop of which nothing can be told apart: identities that no other session ever gives. */
function nameless(messages: readonly ListedMessage[]): readonly MessageRef[] {
  const session = randomUUID();
  return messages.map(({ number, size }) => ({
    uid: namelessIdentity(session, number),
    number,
    size,
  }));
}

/** Calls `onHeader` with the answer to `TOP n 0` for each message, in order; undefined for a refusal. */
export async function readHeaders(
  dialogue: Dialogue,
  refs: readonly { readonly number: number }[],
  window: number,
  onHeader: (index: number, octets: Uint8Array | undefined) => void,
): Promise<void> {
  const ahead = Math.min(window, mostAhead);
  let sent = 0;
  let refused = 0;
  for (let answered = 0; answered < refs.length; answered++) {
    const most = answered < probes && refused === answered ? probes : ahead;
    if (sent === answered || (sent - answered) * 2 <= most) {
      const batch = refs.slice(sent, answered + Math.min(most, ahead));
      dialogue.send(...batch.map(({ number }) => top(number, 0)));
      sent += batch.length;
    }
    const reply = await dialogue.reply();
    if (hasCode(reply, 'SYS/TEMP')) throw dialogue.refusal(reply, 'sys_temp');
    if (reply.hasContent) onHeader(answered, await headerOf(dialogue));
    else {
      onHeader(answered, undefined);
      refused++;
    }
    if (refused === probes && answered + 1 === probes && sent === probes) return;
  }
}

async function headerOf(dialogue: Dialogue): Promise<Uint8Array> {
  const slices: Uint8Array[] = [];
  let kept = 0;
  await dialogue.content((octets) => {
    const slice = octets.subarray(0, largestHeader - kept);
    kept += slice.length;
    if (slice.length > 0) slices.push(Uint8Array.from(slice));
  });
  return Buffer.concat(slices);
}

/** Header hashes by message-number. */
async function headersOf(
  messages: readonly ListedMessage[],
  dialogue: Dialogue,
  window: number,
): Promise<ReadonlyMap<number, string>> {
  const prints = new Map<number, string>();
  await readHeaders(dialogue, messages, window, (index, octets) => {
    const message = messages[index];
    if (octets !== undefined && message !== undefined)
      prints.set(message.number, headerPrint(octets).header);
  });
  return prints;
}

function divide({ named, isShared }: Unclear): {
  readonly clear: readonly ListedMessage[];
  readonly shared: readonly ListedMessage[];
} {
  const uids = new Set<string>();
  const twice = new Set<string>();
  for (const { uid } of named) {
    if (uids.has(uid) || isShared?.(uid) === true) twice.add(uid);
    uids.add(uid);
  }
  if (twice.size === 0) return { clear: named, shared: [] };
  return {
    clear: named.filter(({ uid }) => !twice.has(uid)),
    shared: named.filter(({ uid }) => twice.has(uid)),
  };
}
