import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runInProcess } from './run-in-process.ts';
import type { PopfetchHome } from './run-popfetch.ts';

const preload = resolve('test/crash/kill-at.cjs');

/** The durable effects of a run of the real program in that home, by name and in order. */
export async function effectsOf(home: PopfetchHome): Promise<readonly string[]> {
  const countFile = home.path('effects.json');
  const env = { NODE_OPTIONS: `--require ${preload}`, POPFETCH_COUNT_EFFECTS: countFile };
  const run = await home.run(['--once'], { env });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(readFileSync(countFile, 'utf8'));
}

/**
 * Kills the real program before (odd points) or behind (even ones) an effect, and runs it once more. Resolves with what
 * went otherwise, if anything did; what there is now is for the caller to look at.
 */
export async function killAndRerun(
  home: PopfetchHome,
  point: number,
  between: () => void = () => undefined,
): Promise<string | undefined> {
  const env = { NODE_OPTIONS: `--require ${preload}`, POPFETCH_KILL_AT: String(point) };
  const killed = await home.run(['--once'], { env });
  if (killed.status !== null) return `it was not killed but exited ${killed.status}`;
  between();
  const rerun = await runInProcess(home, ['--once']);
  return rerun.status === 0 ? undefined : `the rerun exited ${rerun.status}: ${rerun.stderr}`;
}
