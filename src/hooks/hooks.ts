import type { HookName, PopfetchEvent } from '../events.ts';
import { type CommandEnd, runCommand } from '../util/command.ts';
import {
  cleanEnvironment,
  type Environment,
  type User,
  workingDirectoryOf,
} from '../util/environment.ts';
import { LastLine } from '../util/last-line.ts';

export interface HookCall {
  readonly account: string;
  readonly hook: HookName;
  /** The program and its arguments. */
  readonly argv: readonly string[];
  /** What it gets to read. */
  readonly json: string;
  /** ms from now: time spent waiting for an earlier hook counts. */
  readonly timeout: number;
}

export interface HookSurroundings {
  readonly env: Environment;
  readonly user: User;
  /** Fires when all hooks must end now. */
  readonly signal: AbortSignal;
  /** Told how each ended. */
  readonly emit: (event: HookEnd) => void;
}

type HookEnd = Extract<PopfetchEvent, { type: 'hook' }>;

interface LastCall {
  readonly hook: HookName;
  readonly ended: Promise<void>;
}

const nothing: Promise<void> = Promise.resolve();

/** ms between SIGTERM and SIGKILL. */
const graceMs = 500;

/** What a program that talks to the user's session or to the web needs beside what every program gets. */
const alsoHandedOn =
  /^(?:DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY)$/;

/**
 * Runs the user's commands beside the polls; whatever they do, nobody waits for them but who asks for `ended`. An
 * account's failure and recovery are told one after the other, in their order; so is its new mail, behind a recovery
 * that came before it. Nothing is queued for longer than its time-out and that of such a recovery.
 */
export class Hooks {
  readonly #surroundings: HookSurroundings;
  readonly #env: Readonly<Record<string, string>>;
  /** The last call of each row of those that wait for one another. */
  readonly #rows = new Map<string, LastCall>();

  constructor(surroundings: HookSurroundings) {
    this.#surroundings = surroundings;
    this.#env = environmentOf(surroundings);
  }

  call(call: HookCall): void {
    const { account, hook, timeout } = call;
    const health = this.#rows.get(`${account} health`);
    const recovery = hook === 'newMail' && health?.hook === 'recovered' ? health.ended : nothing;
    // Its time begins behind the recovery: one that hangs must not take it.
    const deadline = recovery.then(() => performance.now() + timeout);
    const row = `${account} ${hook === 'newMail' ? 'mail' : 'health'}`;
    const before = this.#rows.get(row)?.ended ?? nothing;
    const ended = Promise.all([deadline, before])
      .then(([until]) => this.#run(call, until))
      .finally(() => {
        if (this.#rows.get(row)?.ended === ended) this.#rows.delete(row);
      });
    this.#rows.set(row, { hook, ended });
  }

  /** Resolves when none runs any more: at the latest when the times of the last two called are up. */
  async ended(): Promise<void> {
    await Promise.all(Array.from(this.#rows.values(), (last) => last.ended));
  }

  async #run(call: HookCall, deadline: number): Promise<void> {
    const { account, hook, argv, json, timeout } = call;
    const { signal, user } = this.#surroundings;
    const began = performance.now();
    const left = deadline - began;
    if (left <= 0)
      return this.#tell(call, began, {
        problem: 'was not run: the one before it took all its time',
      });
    const [stdout, stderr] = [new LastLine(), new LastLine()];
    const end = await runCommand({
      argv,
      env: { ...this.#env, POPFETCH_ACCOUNT: account, POPFETCH_EVENT: hook },
      cwd: workingDirectoryOf(user),
      input: json,
      stdout: (chunk) => stdout.add(chunk),
      stderr: (chunk) => stderr.add(chunk),
      timeout: left,
      signal,
      grace: graceMs,
    });
    const output = stderr.text ?? stdout.text;
    const problem = problemOf(end, argv[0] ?? '', timeout);
    this.#tell(call, began, {
      ...(output !== undefined && { output }),
      ...(problem !== undefined && { problem }),
    });
  }

  #tell(
    { account, hook }: HookCall,
    began: number,
    outcome: Pick<HookEnd, 'output' | 'problem'>,
  ): void {
    const durationMs = performance.now() - began;
    this.#surroundings.emit({ type: 'hook', account, hook, durationMs, ...outcome });
  }
}

function problemOf(end: CommandEnd, program: string, timeout: number): string | undefined {
  switch (end.kind) {
    case 'exited':
      return end.status === 0 ? undefined : `exited ${end.status}`;
    case 'killed':
      return `was killed by ${end.signal}`;
    case 'not started': {
      const why = end.code === 'ENOENT' ? 'no such program' : end.code;
      return `could not be started (${program}: ${why})`;
    }
    case 'timed out':
      return `did not end within ${timeout / 1000} s and was stopped`;
    case 'interrupted':
      return 'was stopped, because popfetch was';
    default:
      return end satisfies never;
  }
}

function environmentOf({ env, user }: HookSurroundings): Record<string, string> {
  const all = cleanEnvironment(env, user);
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value !== '' && alsoHandedOn.test(name)) all[name] = value;
  return all;
}
