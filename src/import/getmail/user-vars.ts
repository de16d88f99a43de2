import type { Surroundings } from '../plan.ts';

/**
 * As Python's expandvars and expanduser: `$NAME` and `${NAME}` of the environment, what is not there stays; then `~` and
 * `~user` at the beginning. Undefined for the home folder of another user.
 */
export function withUserVars(text: string, { env, home, user }: Surroundings): string | undefined {
  const filled = text.replace(/\$(?:\{([^}]*)\}|([A-Za-z0-9_]+))/g, (all, braced, plain) => {
    return env[String(braced ?? plain)] ?? all;
  });
  const [, whose = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(filled) ?? [];
  if (!filled.startsWith('~')) return filled;
  return whose === '' || whose === user ? home + rest : undefined;
}
