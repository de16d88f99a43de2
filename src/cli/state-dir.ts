import { join, resolve } from 'node:path';
import type { Environment } from '../util/environment.ts';

/** Where seen lists, status and locks are kept: the first of option, environment, configuration, XDG, home. */
export function stateDirectory(
  option: string | undefined,
  configured: string | undefined,
  env: Environment,
  home: string,
): string {
  const given = option ?? env.POPFETCH_STATE_DIR ?? env.STATE_DIRECTORY ?? configured;
  if (given !== undefined && given !== '') return resolve(given);
  const xdg = env.XDG_STATE_HOME;
  return join(xdg?.startsWith('/') ? xdg : join(home, '.local/state'), 'popfetch');
}
