import fs from 'node:fs';

/** The calls that change or sync something. */
const effects = [
  'openSync',
  'writeSync',
  'ftruncateSync',
  'mkdirSync',
  'renameSync',
  'linkSync',
  'rmSync',
  'fsync',
  'fdatasync',
  'fsyncSync',
  'fdatasyncSync',
  'closeSync',
] as const;

/** A sync is the same whether it is waited for or not: `file.ts` chooses by the speed of the disk. */
type Effect = Exclude<(typeof effects)[number], 'fsyncSync' | 'fdatasyncSync'>;

export interface Call {
  readonly effect: Effect;
  /** First argument: a path or a file descriptor. */
  readonly on: unknown;
  /** Counts from 1. */
  readonly number: number;
}

/** What happens instead of a call, or before it: nothing, an error, or death, after which nothing happens any more. */
export type Fault = 'none' | 'die' | Error;

export interface FaultyFs extends Disposable {
  readonly calls: readonly Call[];
}

/** The process was killed: whatever is thrown after this, nothing reaches the disk. */
class Killed extends Error {}

/**
 * Puts a fault before chosen calls of `node:fs` until disposed. A write that kills leaves half of its octets behind, and
 * disposing after a death closes what was open, as the kernel does: locks end.
 */
export function faultyFs(faultFor: (call: Call) => Fault): FaultyFs {
  const calls: Call[] = [];
  const open = new Set<number>();
  let isDead = false;
  const originals = new Map<(typeof effects)[number], unknown>();
  for (const name of effects) {
    const original = fs[name];
    originals.set(name, original);
    const faulty = (...given: unknown[]): unknown => {
      const call = { effect: effectOf(name), on: given[0], number: calls.length + 1 };
      if (!isDead) calls.push(call);
      const fault = isDead ? new Killed() : faultFor(call);
      const callback = given.at(-1);
      if (fault === 'none') {
        const result: unknown = Reflect.apply(original, fs, given);
        if (name === 'openSync' && typeof result === 'number') open.add(result);
        if (name === 'closeSync' && typeof given[0] === 'number') open.delete(given[0]);
        return result;
      }
      if (fault === 'die') {
        isDead = true;
        if (name === 'writeSync') writeHalf(original, given);
      }
      const error = fault === 'die' ? new Killed() : fault;
      if (typeof callback !== 'function') throw error;
      setImmediate(() => callback(error));
      return undefined;
    };
    Object.defineProperty(fs, name, { value: faulty, configurable: true, writable: true });
  }
  return {
    calls,
    [Symbol.dispose]() {
      for (const [name, original] of originals) {
        Object.defineProperty(fs, name, { value: original, configurable: true, writable: true });
      }
      if (isDead) for (const fd of open) fs.closeSync(fd);
    },
  };
}

function effectOf(name: (typeof effects)[number]): Effect {
  if (name === 'fsyncSync') return 'fsync';
  return name === 'fdatasyncSync' ? 'fdatasync' : name;
}

/** What the system throws. */
export function errno(code: string): Error {
  return Object.assign(new Error(code), { code, errno: -5, syscall: 'fault' });
}

/** writeSync(fd, bytes, from, length, position) */
function writeHalf(original: unknown, given: readonly unknown[]): void {
  const [fd, bytes, from, length, position] = given;
  if (typeof original !== 'function' || typeof length !== 'number') return;
  Reflect.apply(original, fs, [fd, bytes, from, Math.floor(length / 2), position]);
}
