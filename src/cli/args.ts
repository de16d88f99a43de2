import yargs, { type Argv } from 'yargs';
import { type AdoptOptions, adoptOf, adoptWords } from './args/adopt.ts';
import { type AuthOptions, authOf, authWords } from './args/auth.ts';
import { type CheckOptions, checkOf, checkWords } from './args/check.ts';
import { type CompletionOptions, completionOf, completionWords } from './args/completion.ts';
import { type ConfigOptions, configOf, configWords } from './args/config.ts';
import { type DeliverOptions, deliverOf, deliverWords } from './args/deliver.ts';
import { type DemoOptions, demoOf, demoWords } from './args/demo.ts';
import { type DoctorOptions, doctorOf, doctorWords } from './args/doctor.ts';
import {
  askedForHelp,
  type CommandLine,
  commandLineOf,
  type HelpInvocation,
  slipIn,
} from './args/early.ts';
import { type Env, type GlobalOptions, globalOptions, globalTable } from './args/global.ts';
import { helpOf, helpWords } from './args/help.ts';
import { type HistoryOptions, historyOf, historyWords } from './args/history.ts';
import { type ImportOptions, importOf, importWords } from './args/import.ts';
import { type InitOptions, initOf, initWords } from './args/init.ts';
import { type OnceOptions, onceOf, onceWords } from './args/once.ts';
import { type PeekOptions, peekOf, peekWords } from './args/peek.ts';
import { type PruneOptions, pruneOf, pruneWords } from './args/prune.ts';
import { type QuarantineOptions, quarantineOf, quarantineWords } from './args/quarantine.ts';
import { type RunOptions, runOf, runWords } from './args/run.ts';
import { type ServiceOptions, serviceOf, serviceWords } from './args/service.ts';
import { type StateOptions, stateOf, stateWords } from './args/state.ts';
import { type StatusOptions, statusOf, statusWords } from './args/status.ts';
import { commandNamed } from './args/table.ts';
import { type VerifyOptions, verifyOf, verifyWords } from './args/verify.ts';
import { addCommand, type CommandParser, type CommandWords } from './args/words.ts';
import { usage } from './usage.ts';

/** What the command line asks for. */
export type Invocation =
  | Command<'once', OnceOptions>
  | Command<'run', RunOptions>
  | Command<'check', CheckOptions>
  | Command<'peek', PeekOptions>
  | Command<'prune', PruneOptions>
  | Command<'status', StatusOptions>
  | Command<'history', HistoryOptions>
  | Command<'verify', VerifyOptions>
  | Command<'quarantine', QuarantineOptions>
  | Command<'state', StateOptions>
  | Command<'deliver', DeliverOptions>
  | Command<'config', ConfigOptions>
  | Command<'auth', AuthOptions>
  | Command<'service', ServiceOptions>
  | Command<'demo', DemoOptions>
  | Command<'doctor', DoctorOptions>
  | Command<'init', InitOptions>
  | Command<'import', ImportOptions>
  | Command<'adopt', AdoptOptions>
  | Command<'completion', CompletionOptions>
  | HelpInvocation;

type Command<Name extends string, Options> = {
  readonly command: Name;
  readonly global: GlobalOptions;
} & Options;

/** Understands the command line and the environment's part of it; throws a Failure with code `usage`. */
export function parseArguments(argv: readonly string[], env: Env, version: string): Invocation {
  const line = commandLineOf(argv);
  return askedForHelp(line, version) ?? invocationOf(line, env);
}

/** The same where nobody asks for help. */
export function invocationOf(line: CommandLine, env: Env): Invocation {
  const slip = slipIn(line);
  if (slip !== undefined) throw slip;
  const { words, scanned } = line;
  const { word = 'run', at } = scanned;
  let invocation: Invocation | undefined;
  const parser = parserOf(commandNamed(word), env, (one) => {
    invocation = one;
  });
  // Synchronous: no command handler here returns a promise.
  void parser.parse(at === -1 ? words : words.toSpliced(at, 1), {}, (error) => {
    if (error) throw usage(error.message);
  });
  if (invocation === undefined) throw usage('no command understood');
  return invocation;
}

function parserOf(
  asked: CommandWords | undefined,
  env: Env,
  take: (invocation: Invocation) => void,
): Argv {
  const parser = yargs()
    .scriptName('popfetch')
    .detectLocale(false)
    .help(false)
    .version(false)
    .options(globalTable)
    .strict()
    .exitProcess(false);
  addCommands({ parser, asked }, env, take);
  return parser;
}

function addCommands(
  parser: CommandParser,
  env: Env,
  take: (invocation: Invocation) => void,
): void {
  // The parser knows the global options too, but not in the type of each command's own.
  const globals: (args: object) => GlobalOptions = (args) => globalOptions(args, env);
  addCommand(parser, onceWords, (args) =>
    take({ command: 'once', global: globals(args), ...onceOf(args) }),
  );
  addCommand(parser, runWords, (args) =>
    take({ command: 'run', global: globals(args), ...runOf(args) }),
  );
  addCommand(parser, checkWords, (args) =>
    take({ command: 'check', global: globals(args), ...checkOf(args) }),
  );
  addCommand(parser, peekWords, (args) =>
    take({ command: 'peek', global: globals(args), ...peekOf(args) }),
  );
  addCommand(parser, pruneWords, (args) =>
    take({ command: 'prune', global: globals(args), ...pruneOf(args) }),
  );
  addCommand(parser, statusWords, (args) =>
    take({ command: 'status', global: globals(args), ...statusOf(args) }),
  );
  addCommand(parser, historyWords, (args) =>
    take({ command: 'history', global: globals(args), ...historyOf(args) }),
  );
  addCommand(parser, verifyWords, (args) =>
    take({ command: 'verify', global: globals(args), ...verifyOf(args) }),
  );
  addCommand(parser, quarantineWords, (args) =>
    take({ command: 'quarantine', global: globals(args), ...quarantineOf(args) }),
  );
  addCommand(parser, stateWords, (args) =>
    take({ command: 'state', global: globals(args), ...stateOf(args) }),
  );
  addCommand(parser, deliverWords, (args) =>
    take({ command: 'deliver', global: globals(args), ...deliverOf(args) }),
  );
  addCommand(parser, configWords, (args) =>
    take({ command: 'config', global: globals(args), ...configOf(args) }),
  );
  addCommand(parser, authWords, (args) =>
    take({ command: 'auth', global: globals(args), ...authOf(args) }),
  );
  addCommand(parser, serviceWords, (args) =>
    take({ command: 'service', global: globals(args), ...serviceOf(args) }),
  );
  addCommand(parser, demoWords, (args) =>
    take({ command: 'demo', global: globals(args), ...demoOf(args) }),
  );
  addCommand(parser, importWords, (args) =>
    take({ command: 'import', global: globals(args), ...importOf(args) }),
  );
  addCommand(parser, adoptWords, (args) =>
    take({ command: 'adopt', global: globals(args), ...adoptOf(args) }),
  );
  addCommand(parser, doctorWords, (args) =>
    take({ command: 'doctor', global: globals(args), ...doctorOf(args) }),
  );
  addCommand(parser, initWords, (args) =>
    take({ command: 'init', global: globals(args), ...initOf(args) }),
  );
  addCommand(parser, completionWords, (args) =>
    take({ command: 'completion', global: globals(args), ...completionOf(args) }),
  );
  addCommand(parser, helpWords, (args) => take({ command: 'help', ...helpOf(args) }));
}
