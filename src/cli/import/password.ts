import fs from 'node:fs';
import path from 'node:path';
import type { WrittenSettings } from '../../config/append-account.ts';
import type { World } from '../world.ts';

interface Lies {
  readonly tool: string;
  readonly file: string;
  /** What the account is called in the plan for that file. */
  readonly account: string;
}

/**
 * The setting by which a password is read where it lies, each time it is needed: it is not copied, and what is changed there
 * counts here.
 */
export function passwordThere(
  { tool, file, account }: Lies,
  world: Pick<World, 'program' | 'env'>,
): WrittenSettings {
  const args = ['import', tool, file, '--print-password', account];
  return { command: [...program(world), ...args] };
}

/** By the name in PATH that leads to this very program: it outlives a new version of Node or popfetch. */
function program({ program: ours, env }: Pick<World, 'program' | 'env'>): readonly string[] {
  const folders = (env.PATH ?? '').split(':').filter((folder) => path.isAbsolute(folder));
  const found = folders
    .map((folder) => path.join(folder, 'popfetch'))
    .find((file) => realPath(file) === ours.at(-1));
  return found === undefined ? ours : [found];
}

function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}
