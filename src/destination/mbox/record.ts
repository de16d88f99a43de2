import { createHash, type Hash, hash } from 'node:crypto';
import { writeFully } from '../../durable/file.ts';
import { findField } from '../../mail/header.ts';
import type { Envelope } from '../../mail/message.ts';
import { CrlfToLf } from '../../mail/newline.ts';
import { senderOf } from '../../mail/sender.ts';
import type { Trace } from '../../mail/trace.ts';
import { fromLine } from './from-line.ts';
import { Quoting } from './quote.ts';

/** What was written of one message. */
export interface WrittenRecord {
  /** Octets in the mbox, from the `From ` line to the empty line behind the message, and their SHA-256. */
  readonly length: number;
  readonly recordSha256: string;
  /** The beginning of the SHA-256 of its `From ` line. */
  readonly head: string;
  /** Octets and SHA-256 of the content: unquoted, trace lines not counted. */
  readonly size: number;
  readonly sha256: string;
  readonly messageId: string | undefined;
}

export interface RecordTarget {
  readonly envelope: Envelope;
  readonly trace: Trace;
  readonly fd: number;
  readonly offset: number;
}

/** Enough for the message that most mail is, and for the header of which the sender is told. */
const bufferSize = 64 * 1024;
const LF = 0x0a;
const lineEnd = Buffer.from('\n', 'latin1');

/** What finds a `From ` line again without its text. */
export function headOf(line: Uint8Array): string {
  return hash('sha256', line, 'hex').slice(0, 16);
}

/** Writes messages as they stand in an mbox, one after the other: its buffers serve again. */
export class RecordWriter {
  readonly #content = new Uint8Array(bufferSize);
  readonly #record = new Uint8Array(bufferSize);

  /** Throws what the content or the system throws. */
  async write(content: AsyncIterable<Uint8Array>, target: RecordTarget): Promise<WrittenRecord> {
    const record = new Record(this.#content, new Output(this.#record, target), target);
    for await (const slice of content) record.take(slice);
    return record.finish();
  }
}

class Record {
  readonly #buffer: Uint8Array;
  readonly #output: Output;
  readonly #target: RecordTarget;
  readonly #newlines = new CrlfToLf();
  readonly #quoting: Quoting;
  readonly #hash: Hash = createHash('sha256');
  #filled = 0;
  #size = 0;
  #lastOctet = LF;
  /** Known when the beginning of the message is. */
  #begun: { readonly head: string; readonly messageId: string | undefined } | undefined;

  constructor(buffer: Uint8Array, output: Output, target: RecordTarget) {
    this.#buffer = buffer;
    this.#output = output;
    this.#target = target;
    this.#quoting = new Quoting((octets) => output.put(octets));
  }

  take(slice: Uint8Array): void {
    for (let from = 0; from < slice.length; ) {
      // A piece may come out one octet longer: by the CR that the one before held back.
      if (this.#buffer.length - this.#filled < 2) this.#flush();
      const piece = slice.subarray(from, from + this.#buffer.length - this.#filled - 1);
      this.#filled = this.#newlines.convert(piece, this.#buffer, this.#filled);
      from += piece.length;
    }
  }

  finish(): WrittenRecord {
    if (this.#filled === this.#buffer.length) this.#flush();
    this.#filled = this.#newlines.finish(this.#buffer, this.#filled);
    const { head, messageId } = this.#flush();
    this.#quoting.finish();
    if (this.#lastOctet !== LF) this.#output.put(lineEnd);
    this.#output.put(lineEnd);
    const { length, sha256: recordSha256 } = this.#output.finish();
    const sha256 = this.#hash.digest('hex');
    return { length, recordSha256, head, size: this.#size, sha256, messageId };
  }

  #flush(): { readonly head: string; readonly messageId: string | undefined } {
    const content = this.#buffer.subarray(0, this.#filled);
    this.#begun ??= this.#begin(content);
    this.#hash.update(content);
    this.#quoting.take(content);
    this.#size += content.length;
    this.#lastOctet = content.at(-1) ?? this.#lastOctet;
    this.#filled = 0;
    return this.#begun;
  }

  #begin(content: Uint8Array): { readonly head: string; readonly messageId: string | undefined } {
    const { envelope, trace } = this.#target;
    const line = fromLine(senderOf(content), envelope.receivedAt);
    this.#output.put(line);
    this.#output.put(trace.above(content));
    return { head: headOf(line), messageId: findField(content, 'Message-ID') };
  }
}

/** Gathers octets into few writes. */
class Output {
  readonly #buffer: Uint8Array;
  readonly #fd: number;
  readonly #offset: number;
  readonly #hash: Hash = createHash('sha256');
  #filled = 0;
  #written = 0;

  constructor(buffer: Uint8Array, { fd, offset }: RecordTarget) {
    this.#buffer = buffer;
    this.#fd = fd;
    this.#offset = offset;
  }

  put(octets: Uint8Array): void {
    for (let from = 0; from < octets.length; ) {
      if (this.#filled === this.#buffer.length) this.#flush();
      const piece = octets.subarray(from, from + this.#buffer.length - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
    }
  }

  finish(): { readonly length: number; readonly sha256: string } {
    this.#flush();
    return { length: this.#written, sha256: this.#hash.digest('hex') };
  }

  #flush(): void {
    const octets = this.#buffer.subarray(0, this.#filled);
    this.#hash.update(octets);
    writeFully(this.#fd, octets, this.#offset + this.#written);
    this.#written += octets.length;
    this.#filled = 0;
  }
}
