import { createHash, type Hash, hash } from 'node:crypto';
import fs from 'node:fs';
import { writeFully } from '../durable/file.ts';
import { findField } from '../mail/header.ts';
import { CrlfToLf } from '../mail/newline.ts';

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
  content: AsyncIterable<Uint8Array>,
  trace: Uint8Array,
  buffer: Uint8Array,
  create: () => Promise<CreatedFile>,
): Promise<Written> {
  const incoming = new Incoming(trace, buffer, create);
  try {
    for await (const slice of content) await incoming.take(slice);
    return await incoming.finish();
  } catch (error) {
    incoming.discard();
    throw error;
  }
}

class Incoming {
  readonly #buffer: Uint8Array;
  readonly #create: () => Promise<CreatedFile>;
  readonly #newlines = new CrlfToLf();
  readonly #traceLength: number;
  /** Octets in the buffer, and those among them that are trace lines. */
  #filled: number;
  #traceInBuffer: number;
  #flushed = 0;
  #file: CreatedFile | undefined;
  #hash: Hash | undefined;
  #messageId: string | undefined;

  constructor(trace: Uint8Array, buffer: Uint8Array, create: () => Promise<CreatedFile>) {
    this.#buffer = buffer;
    this.#create = create;
    buffer.set(trace);
    this.#traceLength = trace.length;
    this.#traceInBuffer = trace.length;
    this.#filled = trace.length;
  }

  async take(slice: Uint8Array): Promise<void> {
    let from = 0;
    while (from < slice.length) {
      // A piece may come out one octet longer: by the CR that the one before held back.
      if (this.#buffer.length - this.#filled < 2) await this.#flush();
      const room = this.#buffer.length - this.#filled - 1;
      const piece = slice.subarray(from, from + room);
      this.#filled = this.#newlines.convert(piece, this.#buffer, this.#filled);
      from += piece.length;
    }
  }

  async finish(): Promise<Written> {
    if (this.#filled === this.#buffer.length) await this.#flush();
    this.#filled = this.#newlines.finish(this.#buffer, this.#filled);
    const rest = this.#buffer.subarray(this.#traceInBuffer, this.#filled);
    // One call for the many messages that fit into the buffer; the hash object costs as much as their bytes.
    const sha256 = this.#hash?.update(rest).digest('hex') ?? hash('sha256', rest, 'hex');
    if (this.#file === undefined) this.#messageId = findField(rest, 'Message-ID');
    const file = await this.#write();
    const { fd, path } = file;
    const fileSize = this.#flushed;
    const size = fileSize - this.#traceLength;
    return { fd, path, fileSize, size, sha256, messageId: this.#messageId };
  }

  discard(): void {
    if (this.#file === undefined) return;
    fs.closeSync(this.#file.fd);
    fs.rmSync(this.#file.path, { force: true });
  }

  async #flush(): Promise<void> {
    const content = this.#buffer.subarray(this.#traceInBuffer, this.#filled);
    if (this.#file === undefined) this.#messageId = findField(content, 'Message-ID');
    this.#hash ??= createHash('sha256');
    this.#hash.update(content);
    await this.#write();
  }

  async #write(): Promise<CreatedFile> {
    this.#file ??= await this.#create();
    writeFully(this.#file.fd, this.#buffer.subarray(0, this.#filled));
    this.#flushed += this.#filled;
    this.#filled = 0;
    this.#traceInBuffer = 0;
    return this.#file;
  }
}
