import type { Invocation } from '../args.ts';
import type { World } from '../world.ts';
import { once } from './once.ts';

type PruneInvocation = Extract<Invocation, { command: 'prune' }>;

/** Applies the retention to the accounts now; resolves with the exit status. */
export function prune(
  { global, accounts, dryRun }: PruneInvocation,
  world: World,
): Promise<number> {
  const asConfigured = {
    keep: undefined,
    limit: undefined,
    maxSize: undefined,
    jobs: undefined,
    deliver: undefined,
    wait: undefined,
    failOnEmpty: false,
    again: false,
    yes: false,
  };
  return once(
    { command: 'once', global, accounts, dryRun, onlyPrune: true, ...asConfigured },
    world,
  );
}
