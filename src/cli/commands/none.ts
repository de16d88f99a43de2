import type { Invocation } from '../args.ts';
import { load, tellProblem } from '../configuration.ts';
import type { World } from '../world.ts';

/** `popfetch` by itself: a newcomer is told where to start, anybody else what to type. */
export async function none(
  { global }: Extract<Invocation, { command: 'none' }>,
  world: World,
): Promise<number> {
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  world.stderr.write(
    'popfetch: say what to do: popfetch --once polls now, popfetch --help lists the rest\n',
  );
  return 64;
}
