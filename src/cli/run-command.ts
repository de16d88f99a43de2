import { asFailure } from '../errors.ts';
import { type Invocation, parseArguments } from './args.ts';
import { exitStatus } from './exit-status.ts';
import type { World } from './world.ts';

/** Runs the command that the command line asks for; resolves with the exit status. */
export async function runCommand(world: World): Promise<number> {
  try {
    return await dispatch(parseArguments(world.argv, world.env, world.version), world);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'internal') throw thrown;
    const { hint } = failure.facts;
    world.stderr.write(`popfetch: ${failure.message}\n${hint === undefined ? '' : `${hint}\n`}`);
    return exitStatus(failure);
  }
}

/** Commands are loaded when they are asked for: a cron run pays for none but its own. */
async function dispatch(invocation: Invocation, world: World): Promise<number> {
  switch (invocation.command) {
    case 'print':
      world.stdout.write(`${invocation.text}\n`);
      return 0;
    case 'once': {
      const { once } = await import('./commands/once.ts');
      return once(invocation, world);
    }
    case 'check': {
      const { check } = await import('./commands/check.ts');
      return check(invocation, world);
    }
    case 'peek': {
      const { peek } = await import('./commands/peek.ts');
      return peek(invocation, world);
    }
    case 'quarantine': {
      const { quarantine } = await import('./commands/quarantine.ts');
      return quarantine(invocation, world);
    }
    case 'verify': {
      const { verify } = await import('./commands/verify.ts');
      return verify(invocation, world);
    }
    case 'state': {
      const { state } = await import('./commands/state.ts');
      return state(invocation, world);
    }
    case 'deliver': {
      const { deliver } = await import('./commands/deliver.ts');
      return deliver(invocation, world);
    }
    case 'config': {
      const { config } = await import('./commands/config.ts');
      return config(invocation, world);
    }
    case 'demo': {
      const { demo } = await import('./commands/demo.ts');
      return demo(invocation, world);
    }
    case 'prune': {
      const { prune } = await import('./commands/prune.ts');
      return prune(invocation, world);
    }
    case 'status': {
      const { status } = await import('./commands/status.ts');
      return status(invocation, world);
    }
    case 'history': {
      const { history } = await import('./commands/history.ts');
      return history(invocation, world);
    }
    case 'run': {
      const { run } = await import('./commands/run.ts');
      return run(invocation, world);
    }
    default:
      return invocation satisfies never;
  }
}
