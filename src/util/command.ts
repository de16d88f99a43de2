import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { killGroup } from './process-group.ts';

export interface Command {
  /** The program and its arguments; no shell looks at them. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Working directory; ours unless it says another. */
  readonly cwd?: string;
  /** All that it gets to read; nothing unless there is some. */
  readonly input?: string;
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
  /** Asked once it has ended: its output need not be waited for. */
  readonly isEnough?: (end: CommandEnd) => boolean;
  /** ms, for all of it. */
  readonly timeout: number;
  /** Fires when it must end now. */
  readonly signal: AbortSignal;
  /** ms between SIGTERM and SIGKILL; 0 kills at once. */
  readonly grace: number;
}

export type CommandEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'not started'; readonly code: string }
  /** It was stopped with all that it started. */
  | { readonly kind: 'timed out' }
  | { readonly kind: 'interrupted' };

/** ms that output may stay open after the command ended, held by something it left running. */
const longestTail = 1000;

/**
 * Runs a command in a process group and session of its own, so that it has no terminal, and tells how it ended. When
 * time is up or the signal fires, the whole group is stopped. Never rejects.
 */
export async function runCommand(command: Command): Promise<CommandEnd> {
  if (command.signal.aborted) return { kind: 'interrupted' };
  const child = started(command);
  if ('code' in child) return { kind: 'not started', code: child.code };
  child.stdout.on('data', command.stdout);
  child.stderr.on('data', command.stderr);
  // A command need not read what it is given.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(command.input);
  using limit = new Limit(command);
  const exit = exitOf(child);
  const first = await Promise.race([exit, limit.reached]);
  if (typeof first === 'string') await stopGroup(child.pid, exit, command.grace);
  const end = typeof first === 'string' ? ({ kind: first } as const) : first;
  if (command.isEnough?.(end) !== true) await outputOf(child);
  child.stdout.destroy();
  child.stderr.destroy();
  return end;
}

type Running = ChildProcessByStdio<Writable | null, Readable, Readable>;

function started({ argv, env, cwd, input }: Command): Running | { readonly code: string } {
  const [program = '', ...rest] = argv;
  const options = { env: { ...env }, detached: true, ...(cwd !== undefined && { cwd }) };
  try {
    return input === undefined
      ? spawn(program, rest, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn(program, rest, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    return { code: codeOf(error) };
  }
}

function exitOf(child: Running): Promise<CommandEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not started', code: codeOf(error) }));
    child.once('exit', (status, signal) => {
      if (status !== null) resolve({ kind: 'exited', status });
      else resolve({ kind: 'killed', signal: signal ?? 'nobody knows what' });
    });
  });
}

/** E2BIG, ENOENT and the like. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Whatever it left behind took part in taking too long: the group is killed even when its leader ends in order. */
async function stopGroup(
  pid: number | undefined,
  exit: Promise<unknown>,
  grace: number,
): Promise<void> {
  if (pid === undefined) return;
  if (grace > 0) {
    killGroup(pid, 'SIGTERM');
    await Promise.race([exit, wait(grace, undefined, { ref: false })]);
  }
  killGroup(pid, 'SIGKILL');
}

async function outputOf({ stdout, stderr }: Running): Promise<void> {
  const options = { signal: AbortSignal.timeout(longestTail) };
  try {
    await Promise.all([finished(stdout, options), finished(stderr, options)]);
  } catch {
    // Something that was left running holds it open; what was printed until now is what there is.
  }
}

/** Time, and the signal. */
class Limit implements Disposable {
  readonly reached: Promise<'timed out' | 'interrupted'>;
  #release: () => void = () => undefined;

  constructor({ timeout, signal }: Command) {
    this.reached = new Promise((resolve) => {
      const interrupt = () => resolve('interrupted');
      const timer = setTimeout(() => resolve('timed out'), timeout);
      signal.addEventListener('abort', interrupt);
      this.#release = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', interrupt);
      };
    });
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}
