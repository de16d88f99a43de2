import { runCommand } from '../../src/cli/run-command.ts';
import type { World } from '../../src/cli/world.ts';
import type { PopfetchHome, PopfetchRun } from './run-popfetch.ts';

/** Runs `popfetch ARGUMENTS` within the test, at the time that the test says it is (ms since 1970), with such surroundings. */
export async function runInProcess(
  home: PopfetchHome,
  args: readonly string[],
  now: () => number = Date.now,
  around: Partial<World> = {},
): Promise<Pick<PopfetchRun, 'status' | 'stdout' | 'stderr'>> {
  const world = worldOf(home, args, now);
  const status = await runCommand({ ...world, ...around });
  return { status, stdout: world.stdout.text, stderr: world.stderr.text };
}

/** What the program has of the outside, for commands that a test calls by themselves; what they print is collected. */
export function worldOf(
  home: PopfetchHome,
  args: readonly string[],
  now: () => number = Date.now,
): World & Record<'stdout' | 'stderr', Collected> {
  const nothing = { [Symbol.dispose]: () => undefined };
  return {
    argv: [...args, '-c', home.configFile, '--state-dir', home.stateDir],
    env: { PATH: process.env.PATH, HOME: home.path('home'), USER: 'joe' },
    stdout: new Collected(),
    stderr: new Collected(),
    stderrIsJournal: () => false,
    stdin: (async function* () {})(),
    readPrompt: undefined,
    uid: process.geteuid?.(),
    home: home.path('home'),
    program: ['node', 'popfetch'],
    version: '1.2.3',
    run: 'abcd',
    now,
    onSignal: () => nothing,
    onRequest: () => nothing,
  };
}

class Collected {
  readonly isTTY = false;
  text = '';

  write(text: string): void {
    this.text += text;
  }

  writeOctets(octets: Uint8Array): void {
    this.text += Buffer.from(octets).toString('latin1');
  }
}
