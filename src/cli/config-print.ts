import {
  type EffectiveConfig,
  type EffectiveSetting,
  effectiveConfig,
} from '../config/effective.ts';
import { effectiveText } from '../config/effective-text.ts';
import type { Loaded } from '../config/load.ts';
import { shortPath } from '../config/problem-text.ts';
import type { GlobalOptions } from './args/global.ts';
import { stateDirectory } from './state-dir.ts';
import type { World } from './world.ts';

/** Every setting that holds, with its origin: as YAML with comments, or as one JSON object. */
export function printed(
  { text, config, path }: Extract<Loaded, { kind: 'config' }>,
  global: Pick<GlobalOptions, 'json' | 'stateDir'>,
  world: World,
): string {
  const inFile = effectiveConfig(text, config);
  const top = [
    ...inFile.top.filter(({ key }) => key !== 'stateDir'),
    stateDir(inFile, global, config.stateDir, world),
  ];
  const all = { ...inFile, top };
  if (!global.json) return effectiveText(all, shortPath(path, world.home));
  const { alerts, hooks, accounts } = all;
  const settings = { ...byKey(top), alerts: byKey(alerts), hooks: byKey(hooks) };
  const byName = Object.fromEntries(accounts.map(([name, own]) => [name, byKey(own)]));
  return `${JSON.stringify({ v: 1, path, settings, accounts: byName })}\n`;
}

/** The one setting that the command line and the environment change for every command. */
function stateDir(
  { top }: EffectiveConfig,
  { stateDir: option }: Pick<GlobalOptions, 'stateDir'>,
  configured: string | undefined,
  { env, home }: World,
): EffectiveSetting {
  const value = stateDirectory(option, configured, env, home);
  const named = ([name, given]: readonly [string, string | undefined]) => given && name;
  const { POPFETCH_STATE_DIR, STATE_DIRECTORY } = env;
  const variable =
    named(['POPFETCH_STATE_DIR', POPFETCH_STATE_DIR]) ??
    named(['STATE_DIRECTORY', STATE_DIRECTORY]);
  const key = 'stateDir';
  if (option !== undefined)
    return { key, value, origin: { kind: 'command line', name: '--state-dir' } };
  if (variable !== undefined)
    return { key, value, origin: { kind: 'environment', name: `$${variable}` } };
  const origin = top.find((one) => one.key === key)?.origin ?? ({ kind: 'default' } as const);
  return { key, value, origin };
}

function byKey(settings: readonly EffectiveSetting[]) {
  return Object.fromEntries(settings.map(({ key, value, origin }) => [key, { value, origin }]));
}
