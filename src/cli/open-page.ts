import { spawn } from 'node:child_process';
import type { Environment } from '../util/environment.ts';
import type { World } from './world.ts';

/** Whether a browser may be opened for somebody who sits here: a terminal, and a screen beside it. */
export function hasBrowser({ stdout, env }: Pick<World, 'stdout' | 'env'>): boolean {
  return stdout.isTTY && (isSet(env.DISPLAY) || isSet(env.WAYLAND_DISPLAY));
}

/** Asks the desktop for it. Nobody waits for the browser, which may outlive us; where it does not open, the page was printed. */
export function openPage(page: string, env: Environment): void {
  const child = spawn('xdg-open', [page], { env, stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
