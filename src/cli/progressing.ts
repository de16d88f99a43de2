import type { Emit } from '../events.ts';
import { minuteProgress, type ProgressDisplay, ProgressScreen } from '../log/progress-screen.ts';
import type { LineWatch } from '../source/source.ts';
import type { GlobalOptions } from './args/global.ts';
import { monotonicClock } from './monotonic-clock.ts';
import type { Output, World } from './world.ts';

export interface Progressing extends Disposable {
  readonly note: Emit;
  /** The watch of an account's line, so that a message shows while it comes. */
  readonly watched: (account: string, line: LineWatch) => LineWatch;
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
  if (!stderr.isTTY) {
    const display = minuteProgress({ stderr, clock });
    return { ...display, watched: watchedBy(display), world };
  }
  // It cannot move its cursor.
  if (env.TERM === 'dumb') return nothing(world);
  const size = () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 });
  const screen = new ProgressScreen({ stderr, clock, size });
  return {
    note: screen.note,
    watched: watchedBy(screen),
    world: around(screen, world),
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  };
}

function nothing(world: World): Progressing {
  return {
    note: () => undefined,
    watched: (_, line) => line,
    world,
    [Symbol.dispose]: () => undefined,
  };
}

function watchedBy({ received }: ProgressDisplay): Progressing['watched'] {
  return (account, line) => ({
    waits: () => line.waits(),
    received(octets) {
      line.received(octets);
      received(account, octets);
    },
  });
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
