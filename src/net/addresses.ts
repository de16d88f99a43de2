import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import { reasonOf } from './reason.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** What the system knows of a name, best first (RFC 6724). `family` 0 is both. */
export type Resolve = (name: string, family: number) => Promise<readonly Address[]>;

export interface NamedHost {
  readonly host: string;
  readonly port: number;
  /** ms. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Address of this computer to connect from; only addresses of its family are of use. */
  readonly bind?: string | undefined;
  /** The system's, unless another is given. */
  readonly resolve?: Resolve | undefined;
}

/**
 * The addresses of a host in the order to try them, the families by turns (RFC 8305 §4): that one of them is dead must
 * not cost all its addresses' time. Fails with `dns`, or what the signal says.
 */
export async function addressesOf(named: NamedHost): Promise<readonly string[]> {
  const { host, port, signal, bind, resolve = ask } = named;
  if (isIP(host) !== 0) return [host];
  try {
    const found = await inTime(resolve(host, bind === undefined ? 0 : isIP(bind)), named);
    if (found.length > 0) return byTurns(found);
    throw new Error('the host has no address');
  } catch (error) {
    if (signal.aborted) throw interruption(signal);
    const reason = isTimeout(error) ? 'the name server does not answer' : reasonOf(error);
    const facts = { phase: 'dns', host, port, reason } as const;
    throw new Failure('dns', `cannot resolve ${host}: ${reason}`, facts, error);
  }
}

const ask: Resolve = (name, family) => lookup(name, { all: true, family });

/** The system's look-up cannot be ended, only left alone. */
async function inTime<T>(promise: Promise<T>, { signal, timeout }: NamedHost): Promise<T> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  if (end.aborted) throw end.reason;
  const ended = new Promise<never>((_, reject) => {
    end.addEventListener('abort', () => reject(end.reason));
  });
  return Promise.race([promise, ended]);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function byTurns(found: readonly Address[]): readonly string[] {
  const first = found.filter(({ family }) => family === found[0]?.family);
  const second = found.filter(({ family }) => family !== found[0]?.family);
  const longest = first.length > second.length ? first : second;
  return longest
    .flatMap((_, index) => [first[index], second[index]])
    .flatMap((one) => (one === undefined ? [] : [one.address]));
}
