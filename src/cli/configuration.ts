import type { Config } from '../config/config.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { problemText } from '../config/problem-text.ts';
import { Failure } from '../errors.ts';
import { jsonError } from '../log/json.ts';
import { knownAccounts } from '../state/known-accounts.ts';
import type { GlobalOptions } from './args/global.ts';
import { numbered } from './fetchmail-status.ts';
import type { World } from './world.ts';

/** Finds and reads the configuration that the options ask for. */
export function load(
  { configFile }: Pick<GlobalOptions, 'configFile'>,
  world: World,
): Promise<Loaded> {
  const { env, home, uid } = world;
  return loadConfig({ file: configFile, env, home, uid, stdin: world.stdin });
}

/** Says why there is no usable configuration; returns the exit status. */
export function tellProblem(
  loaded: Exclude<Loaded, { kind: 'config' }>,
  world: World,
  { json, exitCodes }: Pick<GlobalOptions, 'json' | 'exitCodes'>,
): number {
  const text =
    loaded.kind === 'none'
      ? notConfigured(loaded.lookedFor, world)
      : problemText(loaded.problems, world.home);
  if (!json) world.stderr.write(text);
  else
    for (const message of messagesOf(loaded, text))
      world.stderr.write(
        jsonError(new Failure('config', message), { run: world.run, now: world.now }),
      );
  const isPermission =
    loaded.kind === 'problems' && loaded.problems.some((one) => one.isPermission);
  // fetchmail's number for a control file that others may read or write.
  return isPermission && exitCodes === 'fetchmail' ? 6 : numbered(78, exitCodes);
}

/** The first of the problems, in one line. */
export function problemOf(
  loaded: Exclude<Loaded, { kind: 'config' }>,
  { home }: Pick<World, 'home'>,
): string {
  if (loaded.kind === 'none') return `no configuration found in ${loaded.lookedFor.join(', ')}`;
  const [first = ''] = problemText(loaded.problems, home).split('\n');
  const more = loaded.problems.length - 1;
  return more > 0 ? `${first} (and ${more} more)` : first;
}

function messagesOf(loaded: Exclude<Loaded, { kind: 'config' }>, text: string): readonly string[] {
  if (loaded.kind === 'none') return [text.trimEnd().split('\n').join(' ')];
  return loaded.problems.map(({ path, place, message, hint }) => {
    const where = place === undefined ? path : `${path}:${place.line}:${place.column}`;
    return `${where}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
}

function notConfigured(lookedFor: readonly string[], { stderr, home, uid }: World): string {
  const files = lookedFor.join(', ');
  if (!stderr.isTTY)
    return `popfetch: no configuration yet; looked for ${files} (uid ${uid}, HOME=${home})\n`;
  return `popfetch: no configuration yet. Looked for
  ${files}

  popfetch init you@example.org     set up an account
  popfetch demo                     see it work without an account
`;
}

/** The accounts that the command line names, or all enabled ones. An unknown name is a usage failure. */
export function chooseAccounts(config: Config, names: readonly string[]): Config['accounts'] {
  if (names.length === 0) return config.accounts.filter(({ enabled }) => enabled);
  return [...new Set(names)].map((name) => {
    const account = config.accounts.find((one) => one.name === name);
    if (account) return account;
    const known = config.accounts.map((one) => one.name).join(', ');
    throw new Failure('usage', `no account "${name}" in the configuration`, {
      hint: `there are: ${known}`,
    });
  });
}

/**
 * The names of those accounts, for what is kept of them. One that is not configured any more has its state still, as long
 * as it is asked for.
 */
export function chooseKept(
  config: Config,
  names: readonly string[],
  stateDir: string,
): readonly string[] {
  if (names.length === 0) return chooseAccounts(config, names).map(({ name }) => name);
  const known = knownAccounts(stateDir);
  return [...new Set(names)].flatMap((name) =>
    known.includes(name) ? [name] : chooseAccounts(config, [name]).map((one) => one.name),
  );
}
