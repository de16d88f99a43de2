import { asFailure } from '../errors.ts';
import type { Emit } from '../events.ts';
import { colored } from '../log/color.ts';
import { fanOut } from '../log/fan-out.ts';
import { besideLog } from '../log/journal.ts';
import { jsonReporter } from '../log/json.ts';
import type { LogFile } from '../log/log-file.ts';
import type { LogFormat } from '../log/log-line.ts';
import { type TerminalOptions, terminalReporter } from '../log/terminal.ts';
import type { TextSink } from '../log/text-sink.ts';
import type { GlobalOptions } from './args/global.ts';
import { type Progressing, progressing } from './progressing.ts';
import type { Output, World } from './world.ts';

export interface Reporting extends Disposable {
  readonly emit: Emit;
  /** For whatever else is written or asked while accounts are polled: progress gives way to it. */
  readonly world: World;
  readonly watched: Progressing['watched'];
  /** Goes on in a new log file where the old one was moved away. Why that failed, in a line; the old one is kept then. */
  readonly reopen: () => string | undefined;
}

/**
 * Everyone who is told what happens: people (as the command sees fit) or a program on stdout, and the log where one is
 * asked for.
 */
export async function reporting(
  options: GlobalOptions,
  outside: World,
  forPeople: (options: TerminalOptions) => Emit = terminalReporter,
): Promise<Reporting> {
  const progress = progressing(options, outside);
  const { world, watched } = progress;
  const { stdout, stderr, run, now } = world;
  const { json, quiet } = options;
  const reporters = [
    json
      ? jsonReporter({ stdout, stderr, run, now })
      : forPeople({ stdout, stderr: troublesOn(options, world), tty: stdout.isTTY, quiet, now }),
    progress.note,
  ];
  if (options.verbosity > 0)
    reporters.push(await logTo(stderr, stderrFormat(options, world), options, world));
  const file = await logFile(options);
  if (file) reporters.push(await logTo(file, options.logFormat ?? 'logfmt', options, world));
  const emit = fanOut(reporters, (thrown) => {
    stderr.write(`popfetch: a report could not be written: ${String(thrown)}\n`);
  });
  return {
    emit,
    world,
    watched,
    reopen: () => reopened(file),
    [Symbol.dispose]() {
      progress[Symbol.dispose]();
      file?.[Symbol.dispose]();
    },
  };
}

function troublesOn(options: GlobalOptions, world: World): TextSink {
  const { stderr } = world;
  if (options.verbosity > 0 && world.stderrIsJournal()) return besideLog(stderr);
  return withColor(stderr, options, world);
}

/** See no-color.org; a terminal that is dumb would show the sequences. */
export function withColor(
  output: Output,
  { color }: Pick<GlobalOptions, 'color'>,
  { env }: Pick<World, 'env'>,
): TextSink {
  const forced = env.FORCE_COLOR ?? '';
  if (color === 'never' || (env.NO_COLOR ?? '') !== '' || forced === '0') return output;
  return forced !== '' || (output.isTTY && env.TERM !== 'dumb') ? colored(output) : output;
}

function reopened(file: LogFile | undefined): string | undefined {
  try {
    file?.reopen();
    return undefined;
  } catch (thrown) {
    return asFailure(thrown).message;
  }
}

async function logFile({ logFile: path }: GlobalOptions): Promise<LogFile | undefined> {
  if (path === undefined) return undefined;
  const { LogFile: File } = await import('../log/log-file.ts');
  return new File(path);
}

/** pino is loaded only where something is logged. */
async function logTo(
  sink: TextSink,
  format: LogFormat,
  { verbosity }: GlobalOptions,
  { run, now }: World,
): Promise<Emit> {
  const { logReporter } = await import('../log/log.ts');
  return logReporter({ sink, level: verbosity === 2 ? 'debug' : 'info', format, run, now });
}

function stderrFormat({ logFormat }: GlobalOptions, world: World): LogFormat {
  if (logFormat !== undefined) return logFormat;
  if (world.stderrIsJournal()) return 'journal';
  return world.stderr.isTTY ? 'pretty' : 'logfmt';
}
