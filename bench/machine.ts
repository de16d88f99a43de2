import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were measured on, a line each. */
export function machine(versions: readonly string[], floor: number | undefined): string[] {
  const { stdout } = spawnSync('dovecot', ['--version'], { encoding: 'utf8' });
  return [
    `- ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}`,
    `- Node ${process.versions.node}; server: Dovecot ${stdout.trim()}`,
    `- ${versions.join('; ')}`,
    `- floor, bare \`node -e 0\`: ${floor === undefined ? '–' : `${(floor * 1000).toFixed(0)} ms`}`,
  ];
}

/** Processes that want the processor beside us: figures taken under load are worth less. */
export function load(): string {
  const running = Number(readFileSync('/proc/loadavg', 'utf8').split(/[ /]/)[3]) - 1;
  return `load ${loadavg()[0]?.toFixed(1)}, ${running} running`;
}
