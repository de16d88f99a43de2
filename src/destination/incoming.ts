import { createHash, type Hash, hash } from 'node:crypto';
import fs from 'node:fs';
import { writeFully } from '../durable/file.ts';
import { findField } from '../mail/header.ts';
import type { Content } from '../mail/message.ts';
import { CrlfToLf } from '../mail/newline.ts';
import type { Trace } from '../mail/trace.ts';

/** A file that was written, not yet synced; whoever has it closes it. */
export interface Written {
  readonly fd: number;
  readonly path: string;
  /** Octets of the file, trace lines counted. */
  readonly fileSize: number;
  /** Octets and SHA-256 of the content, trace lines not counted. */
  readonly size: number;
  readonly sha256: string;
  readonly messageId: string | undefined;
}

export interface CreatedFile {
  readonly fd: number;
  readonly path: string;
}

/**
 * Writes one message, gathered in `buffer`: a message that fits takes one write, and its file is made only when all of
 * it is there. Throws what the content or the system throws; no file is left behind then.
 */
export async function writeMessage(
  content: Content,
  trace: Trace,
  buffer: Uint8Array,
  create: () => CreatedFile | Promise<CreatedFile>,
): Promise<Written> {
  const incoming = new Incoming(trace, buffer);
  let waiting: AsyncIterator<Uint8Array> | undefined;
  let file: CreatedFile | undefined;
  try {
    // Awaits only what is not there yet: for most messages nothing.
    for (;;) {
      let slice = content.take?.();
      if (slice === undefined) {
        waiting ??= content[Symbol.asyncIterator]();
        const next = await waiting.next();
        slice = next.done === true ? 'end' : next.value;
      }
      if (slice === 'end') break;
      for (let rest = incoming.take(slice); rest !== undefined; rest = incoming.take(rest)) {
        file ??= await create();
        incoming.flush(file.fd);
      }
    }
    file ??= await create();
    return incoming.finish(file);
  } catch (error) {
    if (file !== undefined) discard(file);
    await waiting?.return?.();
    throw error;
  }
}

function discard({ fd, path }: CreatedFile): void {
  fs.closeSync(fd);
  fs.rmSync(path, { force: true });
}

class Incoming {
  readonly #buffer: Uint8Array;
  readonly #newlines = new CrlfToLf();
  readonly #trace: Trace;
  /** Where the content in the buffer begins and ends; before it is room for the trace lines, known with the head. */
  #start: number;
  #filled: number;
  #traceLength: number | undefined;
  #flushed = 0;
  #hash: Hash | undefined;
  #messageId: string | undefined;

  constructor(trace: Trace, buffer: Uint8Array) {
    this.#buffer = buffer;
    this.#trace = trace;
    this.#start = trace.most;
    this.#filled = trace.most;
  }

  /** Returns what has no room before the next `flush`; undefined: all of it had. */
  take(slice: Uint8Array): Uint8Array | undefined {
    // A piece may come out one octet longer, by the CR that the one before held back; so may the end.
    const room = this.#buffer.length - this.#filled - 2;
    if (slice.length <= room) {
      this.#filled = this.#newlines.convert(slice, this.#buffer, this.#filled);
      return undefined;
    }
    const piece = slice.subarray(0, Math.max(0, room));
    this.#filled = this.#newlines.convert(piece, this.#buffer, this.#filled);
    return slice.subarray(piece.length);
  }

  flush(fd: number): void {
    const content = this.#buffer.subarray(this.#start, this.#filled);
    this.#hash ??= createHash('sha256');
    this.#hash.update(content);
    if (this.#traceLength === undefined) this.#begin(content);
    this.#write(fd);
  }

  finish({ fd, path }: CreatedFile): Written {
    this.#filled = this.#newlines.finish(this.#buffer, this.#filled);
    const rest = this.#buffer.subarray(this.#start, this.#filled);
    // One call for the many messages that fit into the buffer; the hash object costs as much as their bytes.
    const sha256 = this.#hash?.update(rest).digest('hex') ?? hash('sha256', rest, 'hex');
    const traceLength = this.#traceLength ?? this.#begin(rest);
    this.#write(fd);
    const fileSize = this.#flushed;
    const size = fileSize - traceLength;
    return { fd, path, fileSize, size, sha256, messageId: this.#messageId };
  }

  /** The lines go where room was left for them: nothing is copied for their sake. */
  #begin(head: Uint8Array): number {
    this.#messageId = findField(head, 'Message-ID');
    const lines = this.#trace.above(head);
    this.#start -= lines.length;
    this.#buffer.set(lines, this.#start);
    this.#traceLength = lines.length;
    return lines.length;
  }

  #write(fd: number): void {
    writeFully(fd, this.#buffer.subarray(this.#start, this.#filled));
    this.#flushed += this.#filled - this.#start;
    this.#start = 0;
    this.#filled = 0;
  }
}
