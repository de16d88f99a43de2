import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface RunOptions {
  /** Added to the child's environment, which has nothing of the test's own but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** ms after which the program is killed and the run throws. */
  readonly timeout?: number;
  /** Measure the peak of resident memory. Linux only; loads two lines of code into the program. */
  readonly measureMemory?: boolean;
  /** Called with the process id every few ms while the program runs. */
  readonly watch?: (pid: number) => void;
}

export interface PopfetchRun {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Octets; undefined when it was not asked for or the program was killed. */
  readonly peakMemory: number | undefined;
}

/** A home for the real program: a folder with HOME, configuration and state in it. Disposing removes it. */
export class PopfetchHome implements AsyncDisposable {
  readonly folder: string;
  readonly configFile: string;
  readonly stateDir: string;

  static async create(): Promise<PopfetchHome> {
    return new PopfetchHome(await mkdtemp(join(tmpdir(), 'popfetch-home-')));
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.configFile = join(folder, 'popfetch.yaml');
    this.stateDir = join(folder, 'state');
    mkdirSync(join(folder, 'home'));
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Writes the configuration, mode 0600. */
  configure(config: object): void {
    writeFileSync(this.configFile, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    chmodSync(this.configFile, 0o600);
  }

  /** Runs `popfetch ARGUMENTS` with this home's configuration and state; resolves when it has ended. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<PopfetchRun> {
    const memoryFile = this.path('peak-memory');
    const preload = options.measureMemory === true ? this.#memoryProbe(memoryFile) : [];
    const where = ['-c', this.configFile, '--state-dir', this.stateDir];
    const child = spawn(process.execPath, [...preload, program(), ...args, ...where], {
      cwd: this.path('home'),
      env: { ...this.#env(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
    await ended(child, options, stderr);
    const peakMemory = existsSync(memoryFile)
      ? Number(readFileSync(memoryFile, 'utf8'))
      : undefined;
    await rm(memoryFile, { force: true });
    return { status: child.exitCode, stdout: stdout(), stderr: stderr(), peakMemory };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #env(): NodeJS.ProcessEnv {
    const home = this.path('home');
    return {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_STATE_HOME: join(home, '.local', 'state'),
      XDG_CACHE_HOME: join(home, '.cache'),
      XDG_DATA_HOME: join(home, '.local', 'share'),
    };
  }

  /** VmHWM and not ru_maxrss, which after a fork starts from the size of the process that forked. */
  #memoryProbe(resultFile: string): string[] {
    const probe = this.path('memory-probe.cjs');
    writeFileSync(
      probe,
      `const fs = require('node:fs');
process.on('exit', () => {
  const kB = /VmHWM:\\s+(\\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
  fs.writeFileSync(${JSON.stringify(resultFile)}, String(Number(kB) * 1024));
});
`,
    );
    return ['--require', probe];
  }
}

/** Resolves when the program has ended and all of its output is here. */
async function ended(
  child: ChildProcess,
  { timeout = 60_000, watch }: RunOptions,
  stderr: () => string,
): Promise<void> {
  const killing = setTimeout(() => child.kill('SIGKILL'), timeout);
  const watching = setInterval(() => {
    if (watch !== undefined && child.pid !== undefined) watch(child.pid);
  }, 5);
  try {
    await once(child, 'close');
  } finally {
    clearTimeout(killing);
    clearInterval(watching);
  }
  if (child.killed) throw new Error(`popfetch ran for more than ${timeout} ms:\n${stderr()}`);
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** The compiled tests lie at another depth than their sources: look upwards. */
function program(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'bin', 'popfetch.cjs');
}
