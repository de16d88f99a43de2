import { shortPath } from '../../config/problem-text.ts';
import type { Invocation } from '../args.ts';
import { load, tellProblem } from '../configuration.ts';
import type { World } from '../world.ts';

type ConfigInvocation = Extract<Invocation, { command: 'config' }>;

/** Says what there is to say about the configuration; connects to nothing. */
export async function config(invocation: ConfigInvocation, world: World): Promise<number> {
  const { action, global } = invocation;
  if (action === 'schema') return printSchema(world);
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
    case 'print': {
      if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
      const { printed } = await import('../config-print.ts');
      world.stdout.write(printed(loaded, global, world));
      return 0;
    }
    default:
      return action satisfies never;
  }
}

async function printSchema({ stdout }: World): Promise<number> {
  const { configurationSchema } = await import('../../config/schema.ts');
  stdout.write(`${JSON.stringify(configurationSchema(), undefined, 2)}\n`);
  return 0;
}
