import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import { usage } from '../usage.ts';
import { type CommandWords, lastGiven } from './words.ts';

/** What every command that reads the configuration understands. */
export interface GlobalOptions {
  readonly configFile: string | undefined;
  readonly stateDir: string | undefined;
  readonly quiet: boolean;
  /** 0 nothing, 1 info, 2 the protocol dialogue. */
  readonly verbosity: 0 | 1 | 2;
  readonly json: boolean;
  readonly logFile: string | undefined;
  readonly logFormat: AskedLogFormat | undefined;
  readonly progress: 'auto' | 'never';
  /** auto: where it can be seen. */
  readonly color: 'auto' | 'never';
  readonly input: boolean;
  readonly exitCodes: ExitCodes;
}

/** Whose numbers a command exits with. */
export type ExitCodes = 'default' | 'fetchmail';

/** What can be asked for; the journal's form is chosen by itself. */
type AskedLogFormat = 'pretty' | 'logfmt' | 'json';

export type Env = Readonly<Record<string, string | undefined>>;

export const globalTable = {
  config: {
    alias: 'c',
    type: 'string',
    arg: 'FILE',
    requiresArg: true,
    coerce: lastGiven,
    completes: 'file',
    describe: 'configuration file, - for stdin',
  },
  'state-dir': {
    type: 'string',
    arg: 'DIR',
    requiresArg: true,
    coerce: lastGiven,
    completes: 'directory',
    describe: 'where the seen lists are kept',
  },
  quiet: { alias: 'q', type: 'boolean', describe: 'print only changes between ok and failing' },
  verbose: { alias: 'v', type: 'count', describe: 'log to stderr; -vv shows the protocol' },
  json: { type: 'boolean', describe: 'JSON lines instead of text' },
  'log-file': {
    type: 'string',
    arg: 'FILE',
    requiresArg: true,
    coerce: lastGiven,
    completes: 'file',
    describe: 'append a log to this file',
  },
  'log-format': {
    choices: ['pretty', 'logfmt', 'json'],
    requiresArg: true,
    coerce: lastGiven<AskedLogFormat>,
    describe: 'form of the log',
  },
  progress: {
    choices: ['auto', 'never'],
    requiresArg: true,
    coerce: lastGiven<GlobalOptions['progress']>,
    describe: 'how far each account is; auto: on a terminal',
  },
  color: { type: 'boolean', shown: 'negated', describe: 'never any color' },
  input: { type: 'boolean', shown: 'negated', describe: 'never ask for anything' },
  'exit-codes': {
    choices: ['default', 'fetchmail'],
    requiresArg: true,
    coerce: lastGiven<ExitCodes>,
    describe: 'whose numbers to exit with',
  },
  help: { alias: 'h', type: 'boolean', describe: 'print this, or what a command can do' },
  version: { alias: 'V', type: 'boolean', describe: 'print the version' },
} as const satisfies CommandWords['options'];

type ParsedGlobals = Partial<ArgumentsCamelCase<InferredOptionTypes<typeof globalTable>>>;

/** What the command line says, and the environment where it says nothing. */
export function globalOptions(args: ParsedGlobals, env: Env): GlobalOptions {
  return {
    configFile: args.config ?? env.POPFETCH_CONFIG,
    stateDir: args.stateDir,
    quiet: args.quiet ?? isSet(env.POPFETCH_QUIET),
    verbosity: verbosityOf(args.verbose ?? 0, env.POPFETCH_LOG_LEVEL),
    json: args.json ?? false,
    logFile: args.logFile ?? env.POPFETCH_LOG_FILE,
    logFormat:
      args.logFormat ??
      fromEnvironment('POPFETCH_LOG_FORMAT', env.POPFETCH_LOG_FORMAT, globalTable['log-format']),
    progress: args.progress ?? 'auto',
    color: args.color === false ? 'never' : 'auto',
    input: (args.input ?? true) && !isSet(env.POPFETCH_NO_INPUT),
    exitCodes:
      args.exitCodes ??
      fromEnvironment('POPFETCH_EXIT_CODES', env.POPFETCH_EXIT_CODES, globalTable['exit-codes']) ??
      'default',
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

function verbosityOf(count: number, level: string | undefined): 0 | 1 | 2 {
  if (count >= 2 || level === 'debug' || level === 'trace') return 2;
  return count === 1 || level === 'info' ? 1 : 0;
}

/** One of the option's choices; an empty variable says nothing. */
function fromEnvironment<Choice extends string>(
  name: string,
  value: string | undefined,
  { choices }: { readonly choices: readonly Choice[] },
): Choice | undefined {
  if (value === undefined || value === '') return undefined;
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw usage(`${name}: "${value}" is none of ${choices.join(', ')}`);
}
