import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { authorityPath, type CertificateName, certificate } from './certificates.ts';

/** One thing that the server does. */
export type Step =
  /** Waits for exactly this line, or one that matches. */
  | { readonly expect: string | RegExp }
  /** Waits until anything has come: a ClientHello, say. */
  | { readonly expectOctets: true }
  /** Sends octets; a string is latin1 and gets no line end added. In one segment, or octet by octet. */
  | { readonly send: string | Uint8Array; readonly bytewise?: boolean }
  /** Says nothing more, reads on, and keeps the line. */
  | { readonly stall: true }
  /** Sends an octet each so many ms, for ever. */
  | { readonly dripMs: number }
  | { readonly cut: 'fin' | 'rst' }
  /** `asks`: for a client certificate, which the test authority must have signed. */
  | { readonly startTls: CertificateName; readonly asks?: boolean };

export interface ScriptedServer extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** PEM file to trust. */
  readonly ca: string;
  /** Every octet that came in the clear, as latin1: no credential may be in it. */
  readonly clear: string;
  /** Every octet that came inside TLS, as latin1. */
  readonly encrypted: string;
  /** What did not go by the script; empty in a good test. */
  readonly surprises: readonly string[];
}

/** A server that does what it is told to the first client, step by step, and notes all it hears. */
export async function startScriptedServer(script: readonly Step[]): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const performance = new Performance(script);
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    performance.begin(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    ca: authorityPath(),
    get clear() {
      return performance.clear;
    },
    get encrypted() {
      return performance.encrypted;
    },
    surprises: performance.surprises,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

class Performance {
  clear = '';
  encrypted = '';
  readonly surprises: string[] = [];
  readonly #steps: Step[];
  #socket: Socket | undefined;
  #input = '';

  constructor(script: readonly Step[]) {
    this.#steps = [...script];
  }

  begin(socket: Socket): void {
    this.#listen(socket, (text) => {
      this.clear += text;
    });
    this.#goOn();
  }

  #listen(socket: Socket, note: (text: string) => void): void {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      note(text);
      this.#input += text;
      this.#goOn();
    });
  }

  /** Does all steps that need no waiting. */
  #goOn(): void {
    for (let step = this.#steps[0]; step !== undefined; step = this.#steps[0]) {
      if (!this.#ready(step)) return;
      this.#steps.shift();
      this.#perform(step);
    }
  }

  #ready(step: Step): boolean {
    if ('stall' in step) return false;
    if ('expectOctets' in step) return this.#input !== '';
    return !('expect' in step) || this.#input.includes('\r\n');
  }

  #perform(step: Step): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if ('expect' in step) this.#compare(step.expect);
    else if ('send' in step) send(socket, step);
    else if ('dripMs' in step) drip(socket, step.dripMs);
    else if ('startTls' in step) this.#startTls(socket, step);
    else if ('cut' in step) {
      if (step.cut === 'rst') socket.resetAndDestroy();
      else socket.end();
    }
  }

  #compare(expected: string | RegExp): void {
    const end = this.#input.indexOf('\r\n');
    const line = this.#input.slice(0, end);
    this.#input = this.#input.slice(end + 2);
    const fits = typeof expected === 'string' ? line === expected : expected.test(line);
    if (!fits) this.surprises.push(`expected ${String(expected)}, got ${line}`);
  }

  #startTls(socket: Socket, step: Extract<Step, { startTls: CertificateName }>): void {
    socket.removeAllListeners('data');
    const secureContext = createSecureContext({
      ...certificate(step.startTls),
      ...(step.asks === true && { ca: readFileSync(authorityPath()) }),
    });
    const asks = step.asks === true;
    const options = { isServer: true, secureContext, requestCert: asks, rejectUnauthorized: asks };
    this.#listen(new TLSSocket(socket, options), (text) => {
      this.encrypted += text;
    });
  }
}

function drip(socket: Socket, ms: number): void {
  const timer = setInterval(() => socket.write('x'), ms);
  socket.on('close', () => clearInterval(timer));
}

function send(socket: Socket, step: { send: string | Uint8Array; bytewise?: boolean }): void {
  const octets = typeof step.send === 'string' ? Buffer.from(step.send, 'latin1') : step.send;
  if (step.bytewise !== true) socket.write(octets);
  else for (let at = 0; at < octets.length; at++) socket.write(octets.subarray(at, at + 1));
}
