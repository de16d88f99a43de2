import { type ChildProcessByStdio, spawn } from 'node:child_process';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Failure } from '../errors.ts';
import { interruption } from '../util/interruption.ts';
import { printable } from '../util/printable.ts';
import type { Environment } from './places.ts';

export interface SecretCommand {
  readonly argv: readonly string[];
  /** What it is called in failures; the arguments may hold secrets and are never shown. */
  readonly name: string;
  readonly env: Environment;
  /** ms, for all of it. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Octets of the first line; no password is longer. */
const MOST = 64 * 1024;

/** ms that its output may stay open after it ended, held by something it left running. */
const GRACE = 1000;

/**
 * The first line that a command prints, without line end. It runs in a process group and session of its own, so it
 * has no terminal and nothing to read; the whole group is killed when time is up. Throws `secret_unavailable` with
 * the command's last words on stderr when it fails, the signal's reason when interrupted.
 */
export async function printedBy(command: SecretCommand): Promise<string> {
  const { name, timeout, signal } = command;
  if (signal.aborted) throw interruption(signal);
  const child = started(command);
  const output = new FirstLine(child.stdout);
  const complaint = new LastLine(child.stderr);
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(unavailable(`${name} took longer than ${timeout / 1000} s`)),
    timeout,
  );
  try {
    const exit = await exitOf(child, name, AbortSignal.any([signal, deadline.signal]));
    if (exit !== 0) throw unavailable(`${name} ${exitWords(exit)}${complaint.words()}`);
    return await output.line(name);
  } finally {
    clearTimeout(timer);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

type Running = ChildProcessByStdio<null, Readable, Readable>;

function started({ argv, name, env }: SecretCommand): Running {
  const [program = '', ...rest] = argv;
  try {
    return spawn(program, rest, {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  } catch (error) {
    throw notStarted(name, error);
  }
}

/** Exit status, or the name of the signal that ended it. */
type Exit = number | string;

/** Kills the group and rejects when `stop` fires. */
function exitOf(child: Running, name: string, stop: AbortSignal): Promise<Exit> {
  return new Promise((resolve, reject) => {
    const halt = () => {
      killGroup(child);
      reject(interruption(stop));
    };
    stop.addEventListener('abort', halt, { once: true });
    child.once('error', (error) => reject(notStarted(name, error)));
    child.once('exit', (status, signal) => {
      stop.removeEventListener('abort', halt);
      resolve(status ?? signal ?? 'nobody knows what');
    });
  });
}

function killGroup({ pid }: Running): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them are gone already.
  }
}

function exitWords(exit: Exit): string {
  return typeof exit === 'number' ? `exited ${exit}` : `was killed by ${exit}`;
}

/** Node's error is no cause of it: it holds the arguments. */
function notStarted(name: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code !== 'ENOENT') return unavailable(`${name} cannot be started (${code})`);
  return unavailable(`${name}: no such program`, 'write its full path: cron has a short PATH');
}

function unavailable(
  reason: string,
  hint = 'run the command by hand; popfetch gives it no terminal to ask on',
): Failure {
  return new Failure('secret_unavailable', `no password: ${reason}`, { reason, hint });
}

/** Watches stdout. What follows the first line is read, so that the command does not block, and dropped. */
class FirstLine {
  readonly #stream: Readable;
  #bytes = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      if (!this.#isComplete && this.#bytes.length <= MOST)
        this.#bytes = Buffer.concat([this.#bytes, chunk]);
    });
  }

  get #isComplete(): boolean {
    return this.#bytes.includes('\n');
  }

  /** To be asked once the command has ended. */
  async line(name: string): Promise<string> {
    if (!this.#isComplete) await ended(this.#stream);
    const end = this.#bytes.indexOf('\n');
    const line = end === -1 ? this.#bytes : this.#bytes.subarray(0, end);
    if (line.length > MOST) throw unavailable(`${name} printed a line that is too long`);
    return decoded(line, name).replace(/\r$/, '');
  }
}

async function ended(stream: Readable): Promise<void> {
  try {
    await finished(stream, { signal: AbortSignal.timeout(GRACE) });
  } catch {
    // Something that was left running holds it open; what was printed until now is what there is.
  }
}

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Failure('config', `the password from ${name} is not valid UTF-8`, {}, error);
  }
}

/** Watches stderr for the line that says what went wrong. */
class LastLine {
  #text = '';

  constructor(stream: Readable) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      this.#text = (this.#text + chunk).slice(-LONGEST_COMPLAINT);
    });
  }

  /** To follow what happened: `: gpg: decryption failed`, or nothing. */
  words(): string {
    const line = this.#text.trimEnd().split('\n').at(-1)?.trim() ?? '';
    return line === '' ? '' : `: ${printable(line)}`;
  }
}

/** Characters. */
const LONGEST_COMPLAINT = 500;
