import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type DemoMaildrop, type DemoMessage, MaildropSession } from './maildrop-session.ts';

/** The demo never leaves this computer. */
export const demoHost = '127.0.0.1';

/** A small real POP3 server on the loopback interface, with one maildrop in memory. Disposing stops it at once. */
export class DemoServer implements DemoMaildrop, AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #messages: readonly DemoMessage[] = [];
  #arrived = 0;
  #retrievals = 0;
  #cutAt: number | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Port 0: any that is free. Rejects with the system's error when it cannot listen there. */
  static async start(port: number): Promise<DemoServer> {
    const demo = new DemoServer();
    demo.#server.listen(port, demoHost);
    await once(demo.#server, 'listening');
    return demo;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get messages(): readonly DemoMessage[] {
    return this.#messages;
  }

  /** How many RETR commands were answered so far. */
  get retrievals(): number {
    return this.#retrievals;
  }

  /** New mail, CRLF line ends. */
  arrive(contents: readonly Buffer[]): void {
    const messages = contents.map((content) => ({ uid: `demo-${++this.#arrived}`, content }));
    this.#messages = [...this.#messages, ...messages];
  }

  /** Breaks the connection in the middle of the n-th message retrieved from now on, once. */
  cutRetrieval(nth: number): void {
    this.#cutAt = this.#retrievals + nth;
  }

  retrieved(): boolean {
    return ++this.#retrievals === this.#cutAt;
  }

  remove(gone: ReadonlySet<DemoMessage>): void {
    this.#messages = this.#messages.filter((message) => !gone.has(message));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that goes away has gone; its deletions never happened.
    socket.on('error', () => undefined);
    socket.setTimeout(autologoutMs, () => socket.destroy());
    socket.setNoDelay(true);
    const session = new MaildropSession(this);
    socket.write(session.greeting());
    let pending = '';
    const onData = (chunk: Buffer) => {
      const lines = `${pending}${chunk.toString('latin1')}`.split(/\r?\n/);
      pending = lines.pop() ?? '';
      if (pending.length > longestCommand) socket.destroy();
      for (const line of lines) {
        const { bytes, next } = session.answer(line);
        socket.write(bytes);
        if (next === 'go-on') continue;
        // What was written still arrives; after a cut it is the rest of the message that never comes.
        socket.off('data', onData).resume().end();
        return;
      }
    };
    socket.on('data', onData);
  }
}

/** RFC 1939 §3: at least ten minutes. */
const autologoutMs = 600_000;
/** RFC 2449 §4 allows 255 octets; SASL responses are longer. */
const longestCommand = 4096;
