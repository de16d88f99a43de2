import { type ChildProcess, spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { killGroup } from '../../util/process-group.ts';
import type { Output } from './output.ts';

/** Everything that stays the same from message to message. */
export interface RunnerSettings {
  /** The program by its full path, and its arguments. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly cwd: string;
  readonly spoolFolder: string;
  readonly output: Output;
  readonly outcomesFd: number;
  readonly presenceFd: number | undefined;
  /** ms for one message. */
  readonly timeout: number;
  /** Fires when waiting must end now. */
  readonly signal: AbortSignal;
}

/** One message for the command; nothing in it can be more than a line of printable ASCII. */
export interface Task {
  readonly place: string;
  readonly uidl: string;
  readonly sender: string;
  readonly size: number;
  readonly attempt: number;
}

export type Ended =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'timed out' }
  | { readonly kind: 'not started'; readonly reason: string }
  | { readonly kind: 'unknown' };

/** ms between SIGTERM and SIGKILL. */
const graceMs = 10_000;

/**
 * Runs the command for one message after the other. A shell of our own stands between it and popfetch, notes when each
 * run begins and how it ended, and lives on when popfetch alone is killed: the next run then knows. Starting
 * the command from this small process is also three times as fast as from popfetch.
 *
 * Descriptor 3 tells popfetch, 4 is the outcomes file, 5 shows that the shell lives; the command gets none of them.
 * What differs between messages reaches the command in its environment only. SIGTERM to the group is for the
 * command: the shell has a trap, which the command does not inherit.
 */
const script = `trap : TERM
spool=$1
shift
export POPFETCH_UIDL POPFETCH_SENDER POPFETCH_SIZE POPFETCH_ATTEMPT
while IFS= read -r place && IFS= read -r POPFETCH_UIDL && IFS= read -r POPFETCH_SENDER &&
  IFS= read -r POPFETCH_SIZE && IFS= read -r POPFETCH_ATTEMPT
do
  status=75
  if [ -r "$spool/$place" ]; then
    echo "$place start $$" >&4
    "$@" <"$spool/$place" 3>&- 4>&- 5>&-
    status=$?
    echo "$place end $status" >&4
  fi
  echo "$status" >&3
done`;

export class Runner {
  readonly #settings: RunnerSettings;
  readonly #child: ChildProcess;
  /** Undefined where there was no process to spare. */
  readonly #tasks: Writable | undefined;
  #closed = false;
  #last: Ended = { kind: 'unknown' };
  #answer: (ended: Ended) => void = () => undefined;

  constructor(settings: RunnerSettings) {
    this.#settings = settings;
    const { words, env, cwd, output, presenceFd, outcomesFd, spoolFolder } = settings;
    const args = ['-c', script, 'popfetch', spoolFolder, ...words];
    const { stdout, stderr } = output;
    this.#child = spawn('/bin/sh', args, {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', stdout.fd, stderr.fd, 'pipe', outcomesFd, presenceFd ?? 'ignore'],
    });
    this.#child.once('error', (error) => this.#end({ kind: 'not started', reason: error.message }));
    this.#child.once('close', () => this.#end({ kind: 'unknown' }));
    if (this.#child.pid === undefined) return;
    this.#tasks = this.#child.stdin ?? undefined;
    // It died first: `close` answers.
    this.#tasks?.on('error', () => undefined);
    const statuses = this.#child.stdio[3];
    if (statuses instanceof Readable) this.#listen(statuses);
  }

  get isUsable(): boolean {
    return !this.#closed;
  }

  /** Runs the command for one message. `unknown`: the shell died, or we may wait no longer. */
  async run(task: Task): Promise<Ended> {
    const { timeout, signal } = this.#settings;
    let timedOut = false;
    let timer = setTimeout(() => {
      timedOut = true;
      this.#kill('SIGTERM');
      timer = setTimeout(() => this.#kill('SIGKILL'), graceMs);
    }, timeout);
    const interrupt = () => this.#answer({ kind: 'unknown' });
    signal.addEventListener('abort', interrupt);
    try {
      const ended = await this.#ask(task);
      if (!timedOut || isSuccess(ended)) return ended;
      // Whatever it left behind took part in taking too long.
      this.#kill('SIGKILL');
      this.#closed = true;
      return { kind: 'timed out' };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** It ends as soon as it has nothing under way. */
  close(): void {
    this.#closed = true;
    this.#tasks?.end();
    this.#child.unref();
  }

  #ask(task: Task): Promise<Ended> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      if (this.#closed) resolve(this.#last);
      const lines = [task.place, task.uidl, task.sender, task.size, task.attempt];
      this.#tasks?.write(`${lines.map(oneLine).join('\n')}\n`);
    });
  }

  #listen(statuses: Readable): void {
    let text = '';
    statuses.setEncoding('latin1');
    statuses.on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      const status = Number(text);
      text = '';
      this.#answer({ kind: 'exited', status });
    });
  }

  #end(ended: Ended): void {
    if (!this.#closed) this.#last = ended;
    this.#closed = true;
    this.#answer(ended);
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.#child.pid !== undefined) killGroup(this.#child.pid, signal);
  }
}

function isSuccess(ended: Ended): boolean {
  return ended.kind === 'exited' && ended.status === 0;
}

/** For a shell that reads lines: what is not printable ASCII becomes `?`. */
function oneLine(value: string | number): string {
  return String(value).replace(/[^\x20-\x7e]/g, '?');
}
