import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isatty } from 'node:tty';
import { hiddenPrompt } from '../config/prompt.ts';
import { asFailure } from '../errors.ts';
import { prioritized } from '../log/journal.ts';
import { jsonError } from '../log/json.ts';
import { isJournal } from '../log/log-file.ts';
import { commandLineOf, earlyWishes } from './args/early.ts';
import { numbered } from './fetchmail-status.ts';
import { runCommand } from './run-command.ts';
import type { Output, RequestSignal, StopSignal, World } from './world.ts';

/** Put in by the build from package.json. */
declare const POPFETCH_VERSION: string;

const stopSignals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const requestSignals: readonly RequestSignal[] = ['SIGHUP', 'SIGUSR1'];

/** The only place that touches `process`. */
function worldOfProcess(): World {
  const stderrIsJournal = isJournal(2, process.env.JOURNAL_STREAM);
  const stderr = outputOf(process.stderr);
  return {
    argv: process.argv.slice(2),
    env: process.env,
    stdout: outputOf(process.stdout),
    stderr: stderrIsJournal
      ? { ...stderr, write: (text) => stderr.write(prioritized(text)) }
      : stderr,
    stderrIsJournal: () => stderrIsJournal,
    stdin: lazily(() => process.stdin),
    readPrompt: isatty(0) ? promptOnTerminal() : undefined,
    terminal: canAsk() ? () => ({ input: process.stdin, output: process.stderr }) : undefined,
    uid: process.geteuid?.(),
    home: process.env.HOME ?? userInfo().homedir,
    program: [process.execPath, ...process.argv.slice(1, 2)].map((path) => realpathSync(path)),
    version: POPFETCH_VERSION,
    run: randomBytes(4).toString('hex'),
    now: Date.now,
    onSignal: (listener) => listenTo(stopSignals, listener),
    onRequest: (listener) => listenTo(requestSignals, listener),
  };
}

function listenTo<Signal extends NodeJS.Signals>(
  signals: readonly Signal[],
  listener: (signal: Signal) => void,
): Disposable {
  const listening = signals.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, heard] of listening) process.on(signal, heard);
  return {
    [Symbol.dispose]() {
      for (const [signal, heard] of listening) process.off(signal, heard);
    },
  };
}

/** Standard input is opened only by who reads it: merely touching it would claim a terminal. */
function lazily(open: () => AsyncIterable<Uint8Array | string>) {
  return { [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator]() };
}

/** Questions with choices are drawn over themselves: a dumb terminal cannot do that. */
function canAsk(): boolean {
  return isatty(0) && isatty(2) && process.env.TERM !== 'dumb';
}

function promptOnTerminal(): World['readPrompt'] {
  let prompt: World['readPrompt'];
  return (question, signal) => {
    prompt ??= hiddenPrompt(process.stdin, process.stderr);
    return prompt(question, signal);
  };
}

/** Writing to a reader that has gone must not end a fetch: the mail still comes. */
function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on('error', () => undefined);
  return {
    write: (text) => void stream.write(text),
    writeOctets: (octets) => void stream.write(octets),
    isTTY: stream.isTTY ?? false,
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}

/** What nobody foresaw, told and numbered as the command line wants it. */
function crash(thrown: unknown): never {
  const { argv, env, run, now, stderr } = world;
  const { json, exitCodes } = earlyWishes(commandLineOf(argv), env);
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  if (json) stderr.write(jsonError(asFailure(thrown), { run, now }));
  else stderr.write(`popfetch: this is a bug, please report it:\n${stack}\n`);
  process.exit(numbered(70, exitCodes));
}

const world = worldOfProcess();
// Node would open its debugger: with somebody listening it does not.
process.on('SIGUSR1', () => undefined);
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
runCommand(world).then((status) => process.exit(status), crash);
