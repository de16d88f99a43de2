import { asFailure, type Failure } from '../errors.ts';
import { jsonError } from '../log/json.ts';
import { askedForHelp, commandLineOf, earlyWishes } from './args/early.ts';
import type { Invocation } from './args.ts';
import { exitStatus } from './exit-status.ts';
import { numbered } from './fetchmail-status.ts';
import type { World } from './world.ts';

/** Runs the command that the command line asks for; resolves with the exit status. */
export async function runCommand(world: World): Promise<number> {
  const { argv, env, version } = world;
  const line = commandLineOf(argv);
  const wishes = earlyWishes(line, env);
  try {
    const help = askedForHelp(line, version);
    if (help !== undefined) return await dispatch(help, world);
    const { invocationOf } = await import('./args.ts');
    return numbered(await dispatch(invocationOf(line, env), world), wishes.exitCodes);
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.code === 'internal') throw thrown;
    tell(failure, wishes.json, world);
    return numbered(exitStatus(failure), wishes.exitCodes, failure);
  }
}

function tell(failure: Failure, json: boolean, { stderr, run, now }: World): void {
  const { hint } = failure.facts;
  if (json) stderr.write(jsonError(failure, { run, now }));
  else stderr.write(`popfetch: ${failure.message}\n${hint === undefined ? '' : `${hint}\n`}`);
}

/** Commands are loaded when they are asked for: a cron run pays for none but its own. */
async function dispatch(invocation: Invocation, world: World): Promise<number> {
  switch (invocation.command) {
    case 'print':
      world.stdout.write(`${invocation.text}\n`);
      return 0;
    case 'help': {
      const { help } = await import('./commands/help.ts');
      return help(invocation, world);
    }
    case 'completion': {
      const { completion } = await import('./commands/completion.ts');
      return completion(invocation, world);
    }
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
    case 'auth': {
      const { auth } = await import('./commands/auth.ts');
      return auth(invocation, world);
    }
    case 'service': {
      const { service } = await import('./commands/service.ts');
      return service(invocation, world);
    }
    case 'demo': {
      const { demo } = await import('./commands/demo.ts');
      return demo(invocation, world);
    }
    case 'init': {
      const { init } = await import('./commands/init.ts');
      return init(invocation, world);
    }
    case 'import': {
      const { importSetup } = await import('./commands/import.ts');
      return importSetup(invocation, world);
    }
    case 'adopt': {
      const { adopt } = await import('./commands/adopt.ts');
      return adopt(invocation, world);
    }
    case 'doctor': {
      const { doctor } = await import('./commands/doctor.ts');
      return doctor(invocation, world);
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
