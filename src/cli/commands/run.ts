import { parseDuration } from '../../config/quantities.ts';
import { Failure } from '../../errors.ts';
import { foregroundReporter } from '../../log/foreground.ts';
import type { Invocation } from '../args.ts';
import { load, tellProblem } from '../configuration.ts';
import { stoppedBy } from '../exit-status.ts';
import { Foreground } from '../foreground.ts';
import { reporting } from '../reporters.ts';
import { type Stopping, stopOnSignals } from '../stopping.ts';
import type { StopSignal, World } from '../world.ts';

type RunInvocation = Extract<Invocation, { command: 'run' }>;

/** Polls the accounts on schedule until a signal ends it; resolves with the exit status. */
export async function run(invocation: RunInvocation, world: World): Promise<number> {
  const { global } = invocation;
  const every = intervalOf(invocation.every);
  const loaded = await load(global, world);
  if (loaded.kind !== 'config') return tellProblem(loaded, world, global);
  using reports = await reporting(global, world, foregroundReporter);
  using stopping = stopOnSignals(
    world,
    () => {
      if (!global.quiet && !global.json)
        reports.world.stderr.write('finishing the current messages; Ctrl-C again stops at once\n');
    },
    isNoReload,
  );
  const foreground = new Foreground({
    global,
    every,
    world: reports.world,
    reports,
    loaded,
    signals: stopping,
  });
  await foreground.run(invocation.now);
  return statusOf(stopping);
}

/** Who was told to stop and did has done well; who was hurried has not. */
function statusOf(stopping: Stopping): number {
  if (!stopping.isHurried()) return 0;
  return stoppedBy(stopping.signal());
}

/** SIGHUP asks for the configuration to be read again. */
function isNoReload(signal: StopSignal): boolean {
  return signal !== 'SIGHUP';
}

function intervalOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const every = parseDuration(text);
  if (every !== undefined && every > 0) return every;
  throw new Failure('usage', `--every takes a duration: 5m, not "${text}"`);
}
