import yargs, { type Argv } from 'yargs';
import { type CheckOptions, checkOf, checkWords } from './args/check.ts';
import { type ConfigOptions, configOf, configWords } from './args/config.ts';
import { type DeliverOptions, deliverOf, deliverWords } from './args/deliver.ts';
import { type DemoOptions, demoOf, demoWords } from './args/demo.ts';
import { type Env, type GlobalOptions, globalOptions, globalTable } from './args/global.ts';
import { type HistoryOptions, historyOf, historyWords } from './args/history.ts';
import { type OnceOptions, onceOf, onceWords } from './args/once.ts';
import { type PeekOptions, peekOf, peekWords } from './args/peek.ts';
import { type PruneOptions, pruneOf, pruneWords } from './args/prune.ts';
import { type QuarantineOptions, quarantineOf, quarantineWords } from './args/quarantine.ts';
import { type RunOptions, runOf, runWords } from './args/run.ts';
import { type StateOptions, stateOf, stateWords } from './args/state.ts';
import { type StatusOptions, statusOf, statusWords } from './args/status.ts';
import { type VerifyOptions, verifyOf, verifyWords } from './args/verify.ts';
import { addCommand } from './args/words.ts';
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
  | Command<'demo', DemoOptions>
  /** Help or version: to be printed as it is. */
  | { readonly command: 'print'; readonly text: string };

type Command<Name extends string, Options> = {
  readonly command: Name;
  readonly global: GlobalOptions;
} & Options;

/** Understands the command line and the environment's part of it; throws a Failure with code `usage`. */
export function parseArguments(argv: readonly string[], env: Env, version: string): Invocation {
  let invocation: Invocation | undefined;
  const take = (one: Invocation) => {
    invocation = one;
  };
  const parser = commandLine(env, version, take);
  let printed = '';
  // Synchronous: no command handler here returns a promise.
  void parser.parse(withOnceAsCommand(argv), {}, (error, _argv, output) => {
    if (error) throw usage(error.message);
    printed = output;
  });
  if (printed !== '') return { command: 'print', text: printed };
  if (invocation === undefined) throw usage('no command understood');
  return invocation;
}

/** `--once` before or without a command word is the command `once`; yargs in strict mode would refuse it. */
export function withOnceAsCommand(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  const at = options.indexOf('--once');
  if (at === -1) return [...argv];
  return ['once', ...argv.slice(0, at), ...argv.slice(at + 1)];
}

function commandLine(env: Env, version: string, take: (invocation: Invocation) => void): Argv {
  const parser = yargs()
    .scriptName('popfetch')
    .detectLocale(false)
    .options(globalTable)
    .usage('popfetch fetches mail from POP3 accounts: nothing lost, nothing twice.\n')
    .usage('Usage: popfetch --once [ACCOUNT...]   poll now and exit (the form for cron)')
    .usage('       popfetch                        poll on schedule until stopped')
    .usage('       popfetch COMMAND [OPTIONS]')
    .example('popfetch demo', 'see it work, no account needed')
    .example('popfetch --once', 'fetch the new mail of every account')
    .example('popfetch --once -n gmx', 'show what would be fetched from gmx')
    .group(Object.keys(globalTable), 'Everywhere:')
    .alias('h', 'help')
    .version('version', `popfetch ${version}`)
    .alias('V', 'version')
    .epilogue(
      'Exit status 0 when every account was polled and every new message delivered; man popfetch.',
    )
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .wrap(80);
  addCommands(parser, env, take);
  return parser;
}

/** In the order of `--help`. */
function addCommands(parser: Argv, env: Env, take: (invocation: Invocation) => void): void {
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
  addCommand(parser, demoWords, (args) =>
    take({ command: 'demo', global: globals(args), ...demoOf(args) }),
  );
}
