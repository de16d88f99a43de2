import { storageFailure } from '../durable/storage-failure.ts';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import type { World } from './world.ts';

/** The message on standard input. An empty one is none: whoever was to write it failed. */
export async function* messageInput(
  stdin: World['stdin'],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let isEmpty = true;
  const chunks = stdin[Symbol.asyncIterator]();
  try {
    for (;;) {
      const chunk = await orStopped(chunks.next(), signal);
      if (chunk.done === true) break;
      const { value } = chunk;
      const octets = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
      if (octets.length === 0) continue;
      isEmpty = false;
      yield octets;
    }
  } catch (error) {
    throw error instanceof Failure ? error : storageFailure(error, 'standard input');
  }
  signal.throwIfAborted();
  if (isEmpty) throw nothing();
}

/** BEWARE: a race with one promise for all waits would keep every chunk until the end. */
function orStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(interruption(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function nothing(): Failure {
  const reason = 'no message on standard input';
  return new Failure('deliver_perm', reason, { phase: 'deliver', path: 'standard input', reason });
}
