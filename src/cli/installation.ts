import { isAbsolute, join } from 'node:path';
import { workingDirectory } from '../config/explorer.ts';
import { whereabouts } from '../config/places.ts';
import type { Call } from '../service/call.ts';
import type { GlobalOptions } from './args/global.ts';
import { load } from './configuration.ts';
import { stateDirectory } from './state-dir.ts';
import { usage } from './usage.ts';
import type { World } from './world.ts';

/**
 * How systemd or cron is to call this installation. They know neither our working directory nor our environment: what
 * these say about configuration and state, the options say there.
 */
export async function userCall(global: GlobalOptions, world: World): Promise<Call> {
  const loaded = await load(global, world);
  const found = loaded.kind === 'none' ? undefined : loaded.path;
  const configured = loaded.kind === 'config' ? loaded.config.stateDir : undefined;
  const { XDG_CONFIG_HOME, XDG_STATE_HOME } = world.env;
  const config = isOwn(XDG_CONFIG_HOME, '.config', world) ? found : undefined;
  const state =
    configured === undefined && isOwn(XDG_STATE_HOME, '.local/state', world)
      ? stateDirectory(undefined, undefined, { XDG_STATE_HOME }, world.home)
      : undefined;
  return callWith(namedConfig(global, world) ?? config, namedState(global, world) ?? state, world);
}

/** A service of the system has folders of its own, unless the command line names others. */
export function systemCall(global: GlobalOptions, world: World): Call {
  return callWith(namedConfig(global, world), namedState(global, world), world);
}

function callWith(
  config: string | undefined,
  state: string | undefined,
  { program }: Pick<World, 'program'>,
): Call {
  const option = (name: string, value: string | undefined) =>
    value === undefined ? [] : [name, value];
  return {
    program,
    options: [...option('-c', config), ...option('--state-dir', state)],
  };
}

function namedConfig({ configFile }: GlobalOptions, { env, home }: World): string | undefined {
  if (configFile === undefined || configFile === '') return undefined;
  const asked = { file: configFile, env, home, etc: '/etc', workingDirectory: workingDirectory() };
  const where = whereabouts(asked);
  if (where.kind === 'named' && isAbsolute(where.path)) return where.path;
  throw usage('service: -c takes a file, one that is there whenever popfetch runs');
}

function namedState({ stateDir }: GlobalOptions, { env, home }: World): string | undefined {
  const named = stateDir ?? env.POPFETCH_STATE_DIR;
  return named === undefined ? undefined : stateDirectory(named, undefined, {}, home);
}

/** Whether a variable leads elsewhere than there it would go without. */
function isOwn(folder: string | undefined, usual: string, { home }: World): boolean {
  return folder !== undefined && isAbsolute(folder) && folder !== join(home, usual);
}
