import yargs, { type Argv } from 'yargs';
import { type InsightInvocation, insightCommands } from './insight-args.ts';
import {
  type CheckOptions,
  checkOf,
  checkOptions,
  type PeekOptions,
  peekOf,
  peekOptions,
} from './look-args.ts';
import { type RunOptions, runOf, runOptions } from './run-args.ts';
import { type StoredInvocation, storedCommands } from './stored-args.ts';
import { usage, wholeNumber } from './usage.ts';

export interface GlobalOptions {
  readonly configFile: string | undefined;
  readonly stateDir: string | undefined;
  readonly quiet: boolean;
  /** 0 nothing, 1 info, 2 the protocol dialogue. */
  readonly verbosity: 0 | 1 | 2;
  readonly json: boolean;
  readonly logFile: string | undefined;
  readonly logFormat: AskedLogFormat | undefined;
  readonly input: boolean;
}

/** What can be asked for; the journal's form is chosen by itself. */
export type AskedLogFormat = 'pretty' | 'logfmt' | 'json';

export interface OnceOptions {
  /** The command prune: nothing is retrieved. */
  readonly onlyPrune?: boolean;
  readonly accounts: readonly string[];
  readonly dryRun: boolean;
  /** undefined: what the configuration says. */
  readonly keep: boolean | undefined;
  readonly limit: number | undefined;
  readonly maxSize: string | undefined;
  readonly jobs: number | undefined;
  readonly wait: string | undefined;
  readonly failOnEmpty: boolean;
}

/** What the command line asks for. */
export type Invocation =
  | ({ readonly command: 'once'; readonly global: GlobalOptions } & OnceOptions)
  | {
      readonly command: 'config';
      readonly action: 'check' | 'path';
      readonly global: GlobalOptions;
    }
  | ({ readonly command: 'check'; readonly global: GlobalOptions } & CheckOptions)
  | ({ readonly command: 'peek'; readonly global: GlobalOptions } & PeekOptions)
  | StoredInvocation<GlobalOptions>
  | InsightInvocation<GlobalOptions>
  | { readonly command: 'demo'; readonly serve: boolean; readonly port: number | undefined }
  /** Help or version: to be printed as it is. */
  | { readonly command: 'print'; readonly text: string }
  | ({ readonly command: 'run'; readonly global: GlobalOptions } & RunOptions);

type Env = Readonly<Record<string, string | undefined>>;

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
  const commands = yargs()
    .scriptName('popfetch')
    .detectLocale(false)
    .options(globalOptionTable)
    .usage('popfetch fetches mail from POP3 accounts: nothing lost, nothing twice.\n')
    .usage('Usage: popfetch --once [ACCOUNT...]   poll now and exit (the form for cron)')
    .usage('       popfetch                        poll on schedule until stopped')
    .usage('       popfetch COMMAND [OPTIONS]')
    .example('popfetch demo', 'see it work, no account needed')
    .example('popfetch --once', 'fetch the new mail of every account')
    .example('popfetch --once -n gmx', 'show what would be fetched from gmx')
    .command(
      'once [accounts..]',
      'poll the accounts once',
      (parser) => onceOptions(parser),
      (args) => take({ command: 'once', global: globalOptions(args, env), ...onceOf(args) }),
    )
    .command(
      ['run', '$0'],
      'poll on schedule until stopped',
      (parser) => runOptions(parser),
      (args) => take({ command: 'run', global: globalOptions(args, env), ...runOf(args) }),
    )
    .command(
      'check [accounts..]',
      'is there new mail? (nothing is fetched or changed)',
      (parser) => checkOptions(parser),
      (args) => take({ command: 'check', global: globalOptions(args, env), ...checkOf(args) }),
    )
    .command(
      'peek <account> [messages..]',
      'headers and first lines of messages (nothing is changed)',
      (parser) => peekOptions(parser),
      (args) => take({ command: 'peek', global: globalOptions(args, env), ...peekOf(args) }),
    )
    .command(
      'demo',
      'see the real thing work, no account needed',
      (demo) =>
        demo
          .option('serve', { type: 'boolean', describe: 'leave the demo server running' })
          .option('port', {
            type: 'number',
            describe: 'port of the demo server',
            requiresArg: true,
          }),
      ({ serve, port }) => take({ command: 'demo', serve: serve ?? false, port }),
    )
    .command(
      'config <action>',
      'check the configuration, or say where it is',
      (parser) => configAction(parser),
      (args) => take({ command: 'config', action: args.action, global: globalOptions(args, env) }),
    );
  const globals = (args: ParsedGlobals) => globalOptions(args, env);
  return insightCommands(storedCommands(commands, globals, take), globals, take)
    .group(Object.keys(globalOptionTable), 'Everywhere:')
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
}

/** An option given twice counts as it was given last. */
function lastGiven(value: string | readonly string[]): string | undefined {
  return typeof value === 'string' ? value : value.at(-1);
}

const globalOptionTable = {
  config: {
    alias: 'c',
    type: 'string',
    requiresArg: true,
    coerce: lastGiven,
    describe: 'configuration file, - for stdin',
  },
  'state-dir': {
    type: 'string',
    requiresArg: true,
    coerce: lastGiven,
    describe: 'where the seen lists are kept',
  },
  quiet: { alias: 'q', type: 'boolean', describe: 'print only changes between ok and failing' },
  verbose: { alias: 'v', type: 'count', describe: 'log to stderr; -vv shows the protocol' },
  json: { type: 'boolean', describe: 'JSON lines instead of text' },
  'log-file': {
    type: 'string',
    requiresArg: true,
    coerce: lastGiven,
    describe: 'append a log to this file',
  },
  'log-format': { choices: ['pretty', 'logfmt', 'json'], describe: 'form of the log' },
  input: { type: 'boolean', default: true, describe: 'prompt for secrets (--no-input: never)' },
} as const;

function onceOptions<Known>(parser: Argv<Known>) {
  return parser
    .positional('accounts', { type: 'string', array: true, describe: 'only these', default: [] })
    .option('dry-run', {
      alias: 'n',
      type: 'boolean',
      describe: 'say what would be done, do nothing',
    })
    .option('keep', {
      type: 'boolean',
      describe: 'leave messages on the server (--no-keep: delete)',
    })
    .option('limit', {
      type: 'number',
      requiresArg: true,
      describe: 'most new messages per account',
    })
    .option('max-size', {
      type: 'string',
      requiresArg: true,
      coerce: lastGiven,
      describe: 'leave larger ones: 50MB',
    })
    .option('jobs', { alias: 'j', type: 'number', requiresArg: true, describe: 'accounts at once' })
    .option('wait', {
      type: 'string',
      requiresArg: true,
      describe: 'wait for another popfetch: 30s',
    })
    .option('fail-on-empty', { type: 'boolean', describe: 'exit 1 if nothing was new' });
}

function configAction<Known>(parser: Argv<Known>) {
  return parser.positional('action', {
    choices: ['check', 'path'] as const,
    demandOption: true,
    describe: 'check it, or print where it is',
  });
}

interface ParsedGlobals {
  readonly config?: string | undefined;
  readonly stateDir?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: number | undefined;
  readonly json?: boolean | undefined;
  readonly logFile?: string | undefined;
  readonly logFormat?: string | undefined;
  readonly input?: boolean | undefined;
}

function globalOptions(args: ParsedGlobals, env: Env): GlobalOptions {
  return {
    configFile: args.config ?? env.POPFETCH_CONFIG,
    stateDir: args.stateDir,
    quiet: args.quiet ?? isSet(env.POPFETCH_QUIET),
    verbosity: verbosityOf(args.verbose ?? 0, env.POPFETCH_LOG_LEVEL),
    json: args.json ?? false,
    logFile: args.logFile ?? env.POPFETCH_LOG_FILE,
    logFormat: logFormatOf(args.logFormat ?? env.POPFETCH_LOG_FORMAT),
    input: (args.input ?? true) && !isSet(env.POPFETCH_NO_INPUT),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

function verbosityOf(count: number, level: string | undefined): 0 | 1 | 2 {
  if (count >= 2 || level === 'debug' || level === 'trace') return 2;
  return count === 1 || level === 'info' ? 1 : 0;
}

function logFormatOf(value: string | undefined): AskedLogFormat | undefined {
  switch (value) {
    case undefined:
    case 'pretty':
    case 'logfmt':
    case 'json':
      return value;
    default:
      throw usage(`unknown log format "${value}": pretty, logfmt or json`);
  }
}

interface ParsedOnce {
  readonly accounts: readonly string[];
  readonly dryRun?: boolean | undefined;
  readonly keep?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly maxSize?: string | undefined;
  readonly jobs?: number | undefined;
  readonly wait?: string | undefined;
  readonly failOnEmpty?: boolean | undefined;
}

function onceOf(args: ParsedOnce): OnceOptions {
  return {
    accounts: args.accounts,
    dryRun: args.dryRun ?? false,
    keep: args.keep,
    limit: wholeNumber('--limit', args.limit),
    maxSize: args.maxSize,
    jobs: wholeNumber('--jobs', args.jobs),
    wait: args.wait,
    failOnEmpty: args.failOnEmpty ?? false,
  };
}
