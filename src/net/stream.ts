import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Failure, type Phase } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import { channelBindingOf } from './channel-binding.ts';
import { reasonOf } from './reason.ts';

/** Octets received and not read above which the socket is paused; it goes on below a quarter of that. */
const highWater = 256 * 1024;
const lowWater = highWater / 4;

export interface StreamOptions {
  readonly host: string;
  readonly port: number;
  /** ms that one read may wait. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Hears of each wait, and of all octets as they come: they end it. */
  readonly watch?: { waits(): void; received(octets: number): void } | undefined;
}

interface Reader {
  readonly resolve: (chunk: Uint8Array | undefined) => void;
  readonly reject: (failure: Failure) => void;
}

/**
 * A socket to pull chunks from. Nothing is read ahead beyond 256 KB. Every read ends: with a chunk, with undefined at
 * the end of the stream, or with a Failure (`timeout`, `connection_lost`, or what the signal says). What arrived
 * before an error is still given out, but not after the signal fired.
 */
export class ByteStream implements Disposable {
  /** Where in a session we are; time-outs tell it. */
  phase: Phase = 'connect';
  readonly #socket: Socket;
  readonly #options: StreamOptions;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  #paused = false;
  #ended = false;
  #failure: Failure | undefined;
  #reader: Reader | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, options: StreamOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', this.#onData).on('end', this.#onEnd);
    socket.on('error', this.#onError).on('close', this.#onClose);
    options.signal.addEventListener('abort', this.#onAbort);
    if (options.signal.aborted) this.#onAbort();
    else if (socket.destroyed) this.#onClose();
    // One that a proxy handed over waits until somebody listens.
    else socket.resume();
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** What proves to the server that it is the other end of this TLS session; undefined where there is none. */
  get channelBinding(): ReturnType<typeof channelBindingOf> {
    return this.#socket instanceof TLSSocket ? channelBindingOf(this.#socket) : undefined;
  }

  /** What has arrived already; undefined: nothing, `read` has to wait. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#buffered -= chunk.length;
    if (this.#paused && this.#buffered < lowWater) {
      this.#paused = false;
      this.#socket.resume();
    }
    return chunk;
  }

  /** The next chunk; undefined at the end of the stream. One read at a time. */
  read(): Promise<Uint8Array | undefined> {
    const chunk = this.take();
    if (chunk !== undefined) return Promise.resolve(chunk);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended) return Promise.resolve(undefined);
    this.#options.watch?.waits();
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      // One timer for all reads: a new one each would cost more than reading a small message.
      if (this.#timer === undefined)
        this.#timer = setTimeout(this.#onTimeout, this.#options.timeout);
      else this.#timer.refresh();
    });
  }

  write(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(text);
  }

  /**
   * Gives the bare socket away, for TLS to be put over it. Whatever came unread would have been said in the clear and
   * been believed under TLS, so it is a failure (the class of CVE-2021-22947).
   */
  release(): Socket {
    this.#socket.pause();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#buffered > 0 || this.#socket.readableLength > 0 || this.#ended) {
      const reason = 'the server said more than its answer to STLS';
      throw new Failure('tls_handshake', reason, { ...this.#where(), phase: 'tls', reason });
    }
    this.#detach();
    this.#socket.off('error', this.#onError);
    return this.#socket;
  }

  /** Drops the line at once; reads from now on fail. */
  [Symbol.dispose](): void {
    this.#fail(new Failure('connection_lost', 'the session is over', this.#where()));
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#options.watch?.received(chunk.length);
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered >= highWater && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#reader?.resolve(undefined);
    this.#reader = undefined;
  };

  readonly #onError = (error: Error): void => {
    const reason = reasonOf(error);
    this.#fail(
      new Failure(
        'connection_lost',
        `connection lost: ${reason}`,
        { ...this.#where(), reason },
        error,
      ),
    );
  };

  readonly #onClose = (): void => {
    if (!this.#ended) this.#fail(new Failure('connection_lost', 'connection lost', this.#where()));
  };

  readonly #onAbort = (): void => {
    this.#chunks = [];
    this.#buffered = 0;
    const { code, message, facts, cause } = interruption(this.#options.signal);
    this.#fail(new Failure(code, message, { ...this.#where(), ...facts }, cause));
  };

  readonly #onTimeout = (): void => {
    if (this.#reader === undefined) return;
    const seconds = this.#options.timeout / 1000;
    this.#fail(
      new Failure('timeout', `no answer within ${seconds} s`, { ...this.#where(), seconds }),
    );
  };

  /** The first failure stays; a waiting reader gets it, a later one too. */
  #fail(failure: Failure): void {
    this.#failure ??= failure;
    this.#detach();
    this.#socket.destroy();
    this.#options.watch?.received(0);
    this.#reader?.reject(this.#failure);
    this.#reader = undefined;
  }

  /** The error listener stays: a socket without one throws. */
  #detach(): void {
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
  }

  #where(): { readonly host: string; readonly port: number; readonly phase: Phase } {
    return { host: this.#options.host, port: this.#options.port, phase: this.phase };
  }
}
