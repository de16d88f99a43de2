import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from './tools.ts';

/** What one run cost. */
export interface Cost {
  readonly status: number;
  /** Seconds of the whole process. */
  readonly wall: number;
  /** Seconds of CPU, user and system. */
  readonly cpu: number;
  /** Peak of resident memory of the largest process, octets. */
  readonly memory: number;
}

/** Whose rights the fetchers have: some refuse to deliver as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface RunOptions {
  readonly account: Account;
  readonly home: string;
  readonly fsyncDelay: number;
  /** ms after which it is ended and counts as stalled. */
  readonly timeout: number;
}

/** Runs a command to its end; undefined when it did not come to one. Throws what it said when it failed. */
export async function measured(
  command: readonly string[],
  tools: Tools,
  { account, home, fsyncDelay, timeout }: RunOptions,
): Promise<Cost | undefined> {
  const resultFile = join(home, 'cost');
  const slow = { LD_PRELOAD: tools.slowFsync, BENCH_FSYNC_MS: String(fsyncDelay) };
  const env = { ...environment(home), ...(fsyncDelay > 0 && slow) };
  const launch = [tools.measure, resultFile, `${account.uid}`, `${account.gid}`];
  const said = await ended([...launch, ...command], env, timeout);
  if (said === undefined) return undefined;
  const text = readFileSync(resultFile, 'utf8');
  const [status = 0, wall = 0, cpu = 0, kilobytes = 0] = text.split(' ').map(Number);
  if (said !== '' && status !== 0 && status !== 1)
    throw new Error(`${command.join(' ')} ended with ${status}:\n${said}`);
  return { status, wall, cpu, memory: kilobytes * 1024 };
}

/** Counts fsync and fdatasync by strace, in a run of its own. */
export async function countFsyncs(
  command: readonly string[],
  tools: Tools,
  { account, home, timeout }: RunOptions,
): Promise<number | undefined> {
  const launch = [tools.measure, join(home, 'cost'), `${account.uid}`, `${account.gid}`];
  const out = join(home, 'fsyncs');
  const strace = ['strace', '-f', '--seccomp-bpf', '-c', '-e', 'trace=fsync,fdatasync', '-o', out];
  if ((await ended([...strace, ...launch, ...command], environment(home), timeout)) === undefined)
    return undefined;
  const rows = readFileSync(out, 'utf8').split('\n');
  const counts = rows.filter((row) => /(?:fsync|fdatasync)$/.test(row.trim()));
  return counts.reduce((sum, row) => sum + Number(row.trim().split(/\s+/)[3]), 0);
}

/** Nothing of ours but PATH: NODE_EXTRA_CA_CERTS alone would cost Node 20 30 ms at each start. */
function environment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    FETCHMAILHOME: home,
    LANG: 'C.UTF-8',
    USER: 'bench',
  };
}

/** What it wrote; undefined when it had to be ended. Its whole process group is ended with it. */
async function ended(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  timeout: number,
): Promise<string | undefined> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-4096);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  let stalled = false;
  const timer = setTimeout(() => {
    stalled = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, timeout);
  await once(child, 'close');
  clearTimeout(timer);
  return stalled ? undefined : said;
}
