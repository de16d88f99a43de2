import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface BlackHole extends AsyncDisposable {
  readonly port: number;
}

/** Listens, and then never looks up again: once its backlog is full the kernel answers no further attempt. */
const listener = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ host: workerData, port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
server.on('error', () => parentPort.postMessage(0));
`;

/** A port of this computer at which attempts to connect get no answer at all; undefined where there is no such address. */
export async function openBlackHole(address: string): Promise<BlackHole | undefined> {
  const worker = new Worker(listener, { eval: true, workerData: address });
  const [port] = (await once(worker, 'message')) as [number];
  const sockets: Socket[] = [];
  const dispose = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await worker.terminate();
  };
  if (port === 0) {
    await dispose();
    return undefined;
  }
  for (let isOpen = true; isOpen; ) {
    const socket = connect({ host: address, port }).on('error', () => {});
    sockets.push(socket);
    isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, 100, false)),
    ]);
  }
  return { port, [Symbol.asyncDispose]: dispose };
}
