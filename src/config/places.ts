import { isAbsolute, join, resolve } from 'node:path';
import type { Environment } from '../util/environment.ts';

/** Where a configuration may stand: one file that has to be there, standard input, or the first of several. */
export type Whereabouts =
  | { readonly kind: 'named'; readonly path: string }
  | { readonly kind: 'stdin' }
  | {
      readonly kind: 'search';
      readonly candidates: readonly string[];
      /** Of the names of each place the one that people should use, for "Looked for". */
      readonly principal: readonly string[];
    };

export interface Asked {
  /** From `--config`. */
  readonly file: string | undefined;
  readonly env: Environment;
  readonly home: string;
  /** `/etc`, but for tests. */
  readonly etc: string;
  /** For a relative `--config`; undefined when the working directory is gone. */
  readonly workingDirectory: string | undefined;
}

/** The order of SPEC 2.1. Nothing here depends on the working directory but a relative name given by the user. */
export function whereabouts({ file, env, home, etc, workingDirectory }: Asked): Whereabouts {
  const named = file ?? nonEmpty(env.POPFETCH_CONFIG);
  if (named === '-') return { kind: 'stdin' };
  if (named !== undefined) return { kind: 'named', path: absolute(named, home, workingDirectory) };
  const places = [
    ...systemdFolders(env).map(inFolder),
    inFolder(join(configHome(env, home), 'popfetch')),
    ['', '.yaml', '.yml', '.json'].map((ending) => join(home, `.popfetchrc${ending}`)),
    inFolder(join(etc, 'popfetch')),
  ];
  return {
    kind: 'search',
    candidates: places.flat(),
    principal: places.flatMap((names) => names.slice(0, 1)),
  };
}

function inFolder(folder: string): string[] {
  return ['config.yaml', 'config.yml', 'config.json'].map((name) => join(folder, name));
}

/** systemd separates several by colons. */
function systemdFolders(env: Environment): string[] {
  return (env.CONFIGURATION_DIRECTORY ?? '').split(':').filter(isAbsolute);
}

/** The one to write where there is none. */
export function newFile(env: Environment, home: string): string {
  const [folder = join(configHome(env, home), 'popfetch')] = systemdFolders(env);
  return join(folder, 'config.yaml');
}

/** The XDG specification has relative ones ignored. */
function configHome(env: Environment, home: string): string {
  const folder = env.XDG_CONFIG_HOME ?? '';
  return isAbsolute(folder) ? folder : join(home, '.config');
}

function absolute(named: string, home: string, workingDirectory: string | undefined): string {
  if (named.startsWith('~/')) return join(home, named.slice(2));
  return workingDirectory === undefined ? named : resolve(workingDirectory, named);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
