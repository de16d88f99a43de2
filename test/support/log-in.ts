import assert from 'node:assert/strict';
import { parseArguments } from '../../src/cli/args.ts';
import { auth } from '../../src/cli/commands/auth.ts';
import type { World } from '../../src/cli/world.ts';
import { ConsentingPerson } from './consenting-person.ts';
import { worldOf } from './run-in-process.ts';
import type { PopfetchHome } from './run-popfetch.ts';

export interface LogInOptions {
  /** undefined is as popfetch finds it suits; `device` unless it is said. */
  readonly by?: 'device' | 'browser' | undefined;
  /** What the person does with the page, and with the code where there is one; by default they log in and consent. */
  readonly consent?: (page: string, code: string | undefined) => Promise<unknown>;
  /** Called each time the program waits for the person to enter the code, after the first. */
  readonly waits?: (ms: number) => void;
  readonly now?: () => number;
  readonly onSignal?: World['onSignal'];
  /** Somebody sits at a terminal of a desktop with these variables. */
  readonly desktop?: World['env'];
}

export interface LoggedIn {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `popfetch auth login` for the account `ann` within the test, without a wait; a person of that name consents. */
export async function logIn(home: PopfetchHome, options: LogInOptions = {}): Promise<LoggedIn> {
  const { by, consent = agree, waits, now, onSignal, desktop } = { by: 'device', ...options };
  const person = new Onlooker(consent, desktop !== undefined);
  const words = ['auth', 'login', 'ann', ...(by === undefined ? [] : [`--${by}`])];
  const plain = worldOf(home, words, now);
  const world = {
    ...plain,
    stdout: person,
    env: { ...plain.env, ...desktop },
    ...(onSignal !== undefined && { onSignal }),
  };
  const invocation = parseArguments(world.argv, world.env, world.version);
  assert.ok(invocation.command === 'auth');
  const status = await auth(invocation, world, async (ms, signal) => {
    waits?.(ms);
    await person.done;
    signal.throwIfAborted();
  });
  await person.done;
  return { status, stdout: person.text, stderr: plain.stderr.text };
}

function agree(page: string, code: string | undefined): Promise<unknown> {
  const person = new ConsentingPerson('ann');
  return code === undefined ? person.open(page) : person.enter(page, code);
}

/** Reads what is printed, and acts when a page is named. */
class Onlooker {
  readonly isTTY: boolean;
  text = '';
  done: Promise<unknown> | undefined;
  readonly #consent: NonNullable<LogInOptions['consent']>;

  constructor(consent: NonNullable<LogInOptions['consent']>, isTTY: boolean) {
    this.#consent = consent;
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
    if (this.done !== undefined) return;
    const [, page, code] = /open (http\S+) in .*\n {2}(\S+)\n/.exec(this.text) ?? [];
    const [, alone = page] = /open this page .*\n {2}(\S+)\n/.exec(this.text) ?? [];
    if (alone !== undefined) this.done = this.#consent(alone, code);
  }

  writeOctets(octets: Uint8Array): void {
    this.write(Buffer.from(octets).toString('utf8'));
  }
}
