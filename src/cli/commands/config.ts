import { shortPath } from '../../config/problem-text.ts';
import type { Invocation } from '../args.ts';
import { load, tellProblem } from '../configuration.ts';
import type { World } from '../world.ts';

/** `config check`: every problem at once, with its place. `config path`: which file it is. */
export async function config(
  { action, global }: Extract<Invocation, { command: 'config' }>,
  world: World,
): Promise<number> {
  const loaded = await load(global, world);
  switch (action) {
    case 'path': {
      if (loaded.kind === 'none') return tellProblem(loaded, world, global);
      world.stdout.write(`${loaded.path}\n`);
      return 0;
    }
    case 'check': {
      if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
      const count = loaded.config.accounts.length;
      const accounts = count === 1 ? '1 account' : `${count} accounts`;
      world.stdout.write(`${shortPath(loaded.path, world.home)}: ok, ${accounts}\n`);
      return 0;
    }
    default:
      return action satisfies never;
  }
}
