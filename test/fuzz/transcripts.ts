import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { Rewritten } from '../support/maildrop-server.ts';

/** What a server says in one go: the lines of a transcript between two of the client's. */
export interface Turn {
  /** Lines that the client has sent before it. */
  readonly after: number;
  readonly octets: Buffer;
}

/** The compiled tests lie elsewhere than their fixtures; both are below the folder of package.json. */
let root = import.meta.dirname;
while (!existsSync(join(root, 'package.json'))) root = dirname(root);
const folder = join(root, 'test/fixtures/transcripts');

/** The server's side of every transcript that there is. */
export function readTranscripts(): readonly (readonly Turn[])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.txt'))
    .sort()
    .map((path) => turnsOf(readFileSync(join(folder, path), 'latin1').split('\n')));
}

function turnsOf(lines: readonly string[]): Turn[] {
  const turns: Turn[] = [];
  let after = 0;
  let said: string[] = [];
  const endTurn = (): void => {
    if (said.length > 0)
      turns.push({ after, octets: Buffer.from(`${said.join('\r\n')}\r\n`, 'latin1') });
    said = [];
  };
  for (const line of lines) {
    if (line.startsWith('S: ')) said.push(line.slice(3));
    if (!line.startsWith('C: ')) continue;
    endTurn();
    after += 1;
  }
  endTurn();
  return turns;
}

export interface Player extends AsyncDisposable {
  readonly port: number;
  turns: readonly Turn[];
  /** What is sent in the place of a turn. */
  rewrite: (octets: Buffer, chunk: number) => Rewritten;
}

/** Says the turns of a transcript to each client, whatever the client says. */
export async function startPlayer(): Promise<Player> {
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
    play(socket, player);
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const player: Player = {
    port: (listener.address() as AddressInfo).port,
    turns: [],
    rewrite: (octets) => ({ octets, cut: false }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await once(listener.close(), 'close');
    },
  };
  return player;
}

function play(socket: Socket, { turns, rewrite }: Player): void {
  let heard = 0;
  let next = 0;
  const goOn = (): void => {
    for (let turn = turns[next]; turn !== undefined && turn.after <= heard; turn = turns[next]) {
      const { octets, cut } = rewrite(turn.octets, next);
      next = cut ? turns.length : next + 1;
      if (!socket.destroyed) socket.write(octets);
    }
    if (next === turns.length && !socket.destroyed) socket.end();
  };
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1').split('\n').length - 1;
    goOn();
  });
  goOn();
}
