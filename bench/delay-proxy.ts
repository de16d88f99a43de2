import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface DelayProxy extends AsyncDisposable {
  readonly port: number;
}

/** A line with a long way: each octet arrives half a round trip later in either direction, and as many as come. */
export async function startDelayProxy(target: number, roundTrip: number): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true });
    near.setNoDelay(true);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    delayed(near, far, roundTrip / 2);
    delayed(far, near, roundTrip / 2);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

function delayed(from: Socket, to: Socket, ms: number): void {
  from.on('data', (chunk) => {
    setTimeout(() => to.write(chunk), ms);
  });
  from.on('end', () => {
    setTimeout(() => to.end(), ms);
  });
  from.on('close', () => {
    setTimeout(() => to.destroy(), ms);
  });
}

/** ms from a command to its answer: the median of five. */
export async function measureRoundTrip(port: number): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  try {
    await once(socket, 'data');
    const times: number[] = [];
    for (let trip = 0; trip < 5; trip++) {
      const began = performance.now();
      socket.write('CAPA\r\n');
      await once(socket, 'data');
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[2] ?? Number.NaN;
  } finally {
    socket.destroy();
  }
}
