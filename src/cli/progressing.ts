import type { Emit } from '../events.ts';
import { minuteProgress, ProgressScreen } from '../log/progress-screen.ts';
import type { GlobalOptions } from './args/global.ts';
import { monotonicClock } from './monotonic-clock.ts';
import type { Output, World } from './world.ts';

export interface Progressing extends Disposable {
  readonly note: Emit;
  /** The world to write to and to ask in meanwhile. */
  readonly world: World;
}

/** How far the accounts are, in the form that stderr and the options allow. */
export function progressing(
  { quiet, json, progress }: Pick<GlobalOptions, 'quiet' | 'json' | 'progress'>,
  world: World,
): Progressing {
  if (quiet || json || progress === 'never') return nothing(world);
  const { stderr, env } = world;
  const clock = monotonicClock;
  if (!stderr.isTTY) return { ...minuteProgress({ stderr, clock }), world };
  // It cannot move its cursor.
  if (env.TERM === 'dumb') return nothing(world);
  const size = () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 });
  const screen = new ProgressScreen({ stderr, clock, size });
  return {
    note: screen.note,
    world: around(screen, world),
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  };
}

function nothing(world: World): Progressing {
  return { note: () => undefined, world, [Symbol.dispose]: () => undefined };
}

function around(screen: ProgressScreen, world: World): World {
  const { readPrompt } = world;
  return {
    ...world,
    stdout: beside(screen, world.stdout),
    stderr: beside(screen, world.stderr),
    readPrompt:
      readPrompt && ((question, signal) => screen.aside(() => readPrompt(question, signal))),
  };
}

function beside(screen: ProgressScreen, output: Output): Output {
  return {
    ...output,
    write(text) {
      screen.giveWay();
      output.write(text);
    },
    writeOctets(octets) {
      screen.giveWay();
      output.writeOctets(octets);
    },
  };
}
