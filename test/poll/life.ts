import assert from 'node:assert/strict';
import type { PopfetchEvent } from '../../src/events.ts';
import { dryRun } from '../../src/poll/look.ts';
import { type PollAccount, type PollContext, type PollResult, poll } from '../../src/poll/poll.ts';
import { pop3Source } from '../../src/source/pop3/source.ts';
import { settingsFor } from '../source/pop3/support.ts';
import {
  type MaildropFaults,
  type MaildropServer,
  startMaildropServer,
} from '../support/maildrop-server.ts';
import { MemoryDestination, memoryDisk } from '../support/memory-destination.ts';
import { MemorySeenStore, memoryRecords } from '../support/memory-seen-store.ts';

const never = new AbortController().signal;
export const day = 24 * 3600 * 1000;

/** An account that goes on over many runs: what is delivered and on record outlives each. */
export class Life {
  readonly server: MaildropServer;
  readonly disk = memoryDisk();
  readonly records = memoryRecords();
  readonly events: PopfetchEvent[] = [];
  now = Date.UTC(2026, 0, 1);
  #uids = 0;

  constructor(server: MaildropServer) {
    this.server = server;
  }

  async poll(more: { keep?: boolean; limit?: number | undefined } = {}): Promise<PollResult> {
    return poll(this.#account(more), this.#context);
  }

  /** What a dry run says that a poll would do, as `action number`. */
  async foreseen(more: { keep?: boolean } = {}): Promise<readonly string[]> {
    const from = this.events.length;
    const { failure } = await dryRun(this.#account(more), this.#context);
    assert.equal(failure, undefined);
    const told = this.events.slice(from);
    return told.flatMap((event) =>
      event.type === 'message' ? [`${event.action} ${event.number}`] : [],
    );
  }

  get #context(): PollContext {
    const emit = (event: PopfetchEvent) => void this.events.push(event);
    return { emit, stop: never, signal: never, now: () => this.now };
  }

  #account(more: { keep?: boolean; limit?: number | undefined }): PollAccount {
    const { host } = this.server;
    return {
      name: 'a',
      source: pop3Source(settingsFor(this.server)),
      destinationLabel: 'memory',
      destination: () => new MemoryDestination(this.disk),
      openStore: () => Promise.resolve(new MemorySeenStore(this.records)),
      policy: {
        keep: more.keep ?? true,
        maxSize: undefined,
        maxBytes: undefined,
        limit: more.limit,
        order: 'oldest',
        fetch: 'all',
        atMost: undefined,
        isClockSure: true,
      } as const,
      envelope: { account: 'a', host, user: 'joe', protocol: 'POP3', trace: false },
    };
  }

  get texts(): readonly string[] {
    return new MemoryDestination(this.disk).texts;
  }

  get notices(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
  }

  arrives(content: string, uid = this.newUid()): void {
    this.server.messages = [...this.server.messages, { uid, content }];
  }

  newUid(): string {
    this.#uids++;
    return `uid${this.#uids}`;
  }

  get present(): number {
    return new MemorySeenStore(this.records).present;
  }

  retrievals(): number {
    return this.server.sessions.flatMap(({ commands }) =>
      commands.filter((line) => line.startsWith('RETR')),
    ).length;
  }
}

export async function lifeWith(faults: MaildropFaults = {}, capabilities?: string[]) {
  const server = await startMaildropServer({ faults, ...(capabilities && { capabilities }) });
  return { life: new Life(server), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

export function message(n: number, body = `body ${n}`): string {
  return `Subject: ${n}\r\n\r\n${body}\r\n`;
}

/** Nothing but its date tells it from a copy. */
export function datedMessage(n: number): string {
  return `Date: Mon, 23 Nov 2026 10:${n} +0000\r\n${message(n)}`;
}

/** With a trace and a name: its header tells it from all others. */
export function realMessage(n: number): string {
  return `Received: by mx id ${n}\r\nMessage-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\nbody ${n}\r\n`;
}

/** A reply to UIDL without the messages for which `isMissing`. */
export function uidlReply(
  { messages }: MaildropServer,
  isMissing: (number: number) => boolean,
): string {
  const lines = messages.map(({ uid }, at) => `${at + 1} ${uid}`);
  return ['+OK', ...lines.filter((_, at) => !isMissing(at + 1)), '.'].join('\r\n');
}

export const stored = (content: string) => content.replaceAll('\r\n', '\n');
const sorted = (texts: readonly string[]) => [...texts].sort();

export function assertDelivered(life: Life, contents: readonly string[]): void {
  assert.deepEqual(sorted(life.texts), sorted(contents.map(stored)));
}
