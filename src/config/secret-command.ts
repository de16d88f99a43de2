import { Failure } from '../errors.ts';
import { type CommandEnd, runCommand } from '../util/command.ts';
import type { Environment } from '../util/environment.ts';
import { interruption } from '../util/interruption.ts';
import { LastLine } from '../util/last-line.ts';

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

/**
 * The first line that a command prints, without line end. It runs in a process group and session of its own, so it
 * has no terminal and nothing to read; the whole group is killed when time is up. Throws `secret_unavailable` with
 * the command's last words on stderr when it fails, the signal's reason when interrupted.
 */
export async function printedBy({ name, ...command }: SecretCommand): Promise<string> {
  const output = new FirstLine();
  const complaint = new LastLine();
  const end = await runCommand({
    ...command,
    grace: 0,
    stdout: (chunk) => output.add(chunk),
    stderr: (chunk) => complaint.add(chunk),
    isEnough: (early) => isSuccess(early) && output.isComplete,
  });
  if (isSuccess(end)) return output.line(name);
  const last = complaint.text === undefined ? '' : `: ${complaint.text}`;
  switch (end.kind) {
    case 'exited':
      throw unavailable(`${name} exited ${end.status}${last}`);
    case 'killed':
      throw unavailable(`${name} was killed by ${end.signal}${last}`);
    case 'not started':
      throw notStarted(name, end.code);
    case 'timed out':
      throw unavailable(`${name} took longer than ${command.timeout / 1000} s`);
    case 'interrupted':
      throw interruption(command.signal);
    default:
      return end satisfies never;
  }
}

function isSuccess(end: CommandEnd): boolean {
  return end.kind === 'exited' && end.status === 0;
}

/** The system's own error would hold the arguments. */
function notStarted(name: string, code: string): Failure {
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
  #bytes = Buffer.alloc(0);

  add(chunk: Buffer): void {
    if (!this.isComplete && this.#bytes.length <= MOST)
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
  }

  get isComplete(): boolean {
    return this.#bytes.includes('\n');
  }

  /** To be asked once the command has ended. */
  line(name: string): string {
    const end = this.#bytes.indexOf('\n');
    const line = end === -1 ? this.#bytes : this.#bytes.subarray(0, end);
    if (line.length > MOST) throw unavailable(`${name} printed a line that is too long`);
    return decoded(line, name).replace(/\r$/, '');
  }
}

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Failure('config', `the password from ${name} is not valid UTF-8`, {}, error);
  }
}
