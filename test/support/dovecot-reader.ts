import { connect, type Socket } from 'node:net';

export interface Login {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * Every message of a maildrop as the server sends it, un-stuffed, lines ending in CRLF. A second, plain reading of
 * RFC 1939 to compare popfetch with: one command at a time, and not a line of src.
 */
export async function readMaildrop({ port, user, password }: Login): Promise<Buffer[]> {
  const socket = connect({ host: '127.0.0.1', port });
  const replies = new Replies(socket);
  try {
    await replies.line();
    await replies.to(`USER ${user}`);
    await replies.to(`PASS ${password}`);
    const count = Number((await replies.to('STAT')).split(' ')[1]);
    const messages: Buffer[] = [];
    for (let number = 1; number <= count; number += 1) {
      messages.push(await replies.bodyOf(`RETR ${number}`));
    }
    await replies.to('QUIT');
    return messages;
  } finally {
    socket.destroy();
  }
}

class Replies {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<unknown>;
  #pending = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    return (await this.#through('\r\n')).toString('latin1');
  }

  async to(command: string): Promise<string> {
    this.#socket.write(`${command}\r\n`);
    const line = await this.line();
    if (!line.startsWith('+OK')) throw new Error(`${command}: ${line}`);
    return line;
  }

  async bodyOf(command: string): Promise<Buffer> {
    await this.to(command);
    // The status line's end is put back, so that the terminator of an empty reply looks like any other.
    this.#pending = Buffer.concat([Buffer.from('\r\n'), this.#pending]);
    const reply = (await this.#through('\r\n.\r\n')).toString('latin1');
    const body = reply.slice(0, -'.\r\n'.length).replaceAll('\r\n..', '\r\n.');
    return Buffer.from(body.slice('\r\n'.length), 'latin1');
  }

  async #through(mark: string): Promise<Buffer> {
    for (;;) {
      const at = this.#pending.indexOf(mark);
      if (at >= 0) {
        const end = at + mark.length;
        const found = this.#pending.subarray(0, end);
        this.#pending = this.#pending.subarray(end);
        return found;
      }
      const { value, done } = await this.#chunks.next();
      if (done === true || !Buffer.isBuffer(value)) throw new Error('the server closed the line');
      this.#pending = Buffer.concat([this.#pending, value]);
    }
  }
}
